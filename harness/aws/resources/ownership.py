"""Which resources belong to a run: by their tags, by their exact name, or as a part."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from harness.aws.resources.resource import Kind, Resource
from harness.aws.tags import RUN_ID, SUFFIX_TAG, project_tags

Names = Mapping[Kind, frozenset[str]]


@dataclass(frozen=True)
class Ownership:
    """Decides whether a resource belongs to the runs of one environment suffix.

    Attributes:
        names: The exact names that the stack derives from it, by kind.
        run_id: Of several runs with this suffix only this one, by the tag ``RunId`` where there
            is one; empty: all.
        requires_run_id: Whether a resource without that tag does not belong to the run.
    """

    environment_suffix: str
    names: Names = field(default_factory=dict)
    run_id: str = ""
    requires_run_id: bool = False

    def excludes(self, resource: Resource) -> bool:
        """Whether a tag names another project, environment or run."""
        if self.requires_run_id and RUN_ID not in resource.tags:
            return True
        tags = self._tags() | ({RUN_ID: self.run_id} if self.run_id else {})
        return any(resource.tags.get(key, value) != value for key, value in tags.items())

    def by_tags(self, resource: Resource) -> bool:
        """Whether a resource carries the three tags, and not another run's id."""
        return self._tags().items() <= resource.tags.items() and not self.excludes(resource)

    def by_name(self, resource: Resource) -> bool:
        """Whether the stack derives exactly this name for this kind, and no tag contradicts."""
        name = resource.name or resource.identifier
        return name in self.names.get(resource.kind, ()) and not self.excludes(resource)

    def owned(self, resources: Iterable[Resource]) -> dict[Resource, str]:
        """Return the resources of the run, in the order given, each with the reason.

        One tag of the run is enough: that of its suffix, or of its id.
        A part of an owned resource (an interface of a VPC, a task of a cluster, also a part of a
        part) is owned unless its own tags contradict.
        """
        candidates = [each for each in resources if not self.excludes(each)]
        return with_parts(
            candidates, {each: why for each in candidates if (why := self._reason(each))}
        )

    def _tags(self) -> dict[str, str]:
        return project_tags(self.environment_suffix)

    def _reason(self, resource: Resource) -> str:
        named = {SUFFIX_TAG: self.environment_suffix, RUN_ID: self.run_id}
        for key, value in named.items():
            if value and resource.tags.get(key) == value:
                return f"tag {key}={value}"
        return f"named {resource.name or resource.identifier}" if self.by_name(resource) else ""


def with_parts(
    resources: Sequence[Resource], reasons: Mapping[Resource, str]
) -> dict[Resource, str]:
    """Return some resources and their parts, in the order of ``resources``, with the reasons."""
    found = dict(reasons)
    while True:
        parents = {(each.kind, each.identifier) for each in found}
        parts = {
            each: f"in {each.within}"
            for each in resources
            if each not in found and (each.kind.parent, each.within) in parents
        }
        if not parts:
            return {each: found[each] for each in resources if each in found}
        found |= parts
