"""Which resources are swept, and why; nothing else is touched."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from harness.aws.resources.resource import Kind, Resource
from harness.aws.tags import PROJECT_TAGS, RUN_ID
from stack.names import PhysicalNames

NAMED = "named"

# Made without tags: Terraform gives a dashboard none, and a bucket its own by a second call.
_UNTAGGED: Mapping[Kind, Callable[[PhysicalNames], str]] = {
    Kind.DASHBOARD: lambda names: names.dashboard_name,
    Kind.BUCKET: lambda names: names.log_bucket_name,
}
# Made by a service for something of ours, often without tags.
_PARTS = frozenset({Kind.NETWORK_INTERFACE, Kind.ECS_TASK})


@dataclass(frozen=True)
class Wanted:
    """What the user wants swept.

    Attributes:
        suffixes: The runs that were named.
        expired_before: Runs that expired before this time go too; None: only the named ones.
        run_id: Of several runs that had one suffix only this one is meant, by the tag
            ``RunId`` where there is one; empty: all.
    """

    suffixes: frozenset[str] = frozenset()
    expired_before: datetime | None = None
    run_id: str = ""

    def is_other_run(self, resource: Resource) -> bool:
        """Whether a resource says that it is of another run than the one that is meant."""
        return bool(self.run_id) and resource.tags.get(RUN_ID, self.run_id) != self.run_id


@dataclass(frozen=True)
class KnownRun:
    """A run that is known from elsewhere than its resources.

    Attributes:
        environment_suffix: Its suffix.
        expires_at: When it may be swept; None where nobody said.
        origin: Where it is known from ("ledger").
    """

    environment_suffix: str
    expires_at: datetime | None
    origin: str


@dataclass(frozen=True)
class SelectedRun:
    """A run that is swept.

    Attributes:
        environment_suffix: Its suffix.
        why: "named", or since when it has expired.
        resources: What is there of it.
    """

    environment_suffix: str
    why: str
    resources: tuple[Resource, ...]


@dataclass(frozen=True)
class Spared:
    """A resource that is left alone although it looks like one to be swept, and why."""

    resource: Resource
    why: str


@dataclass(frozen=True)
class Selection:
    """What is swept and what is not.

    Attributes:
        runs: The runs that are swept, by suffix.
        spared: What is left alone.
    """

    runs: tuple[SelectedRun, ...]
    spared: tuple[Spared, ...]


@dataclass(frozen=True)
class _Names(PhysicalNames):
    environment_suffix: str
    region: str


def select(
    resources: Sequence[Resource],
    wanted: Wanted,
    *,
    region: str,
    known: Iterable[KnownRun] = (),
) -> Selection:
    """Choose what is swept.

    A resource is, if it carries this project's tags and its run was named, or has expired: the
    latest ``expires-at`` of anything of the run is past, and the resource has one of its own.
    What has no tags goes only with a run that is swept: as a part of something of it (network
    interfaces, tasks), or by the exact name that the stack derives for it (dashboards, and
    buckets, which can be without tags only as long as they are empty).

    Args:
        resources: What there is.
        wanted: What the user wants swept.
        region: Region of the target.
        known: Runs known from elsewhere.
    """
    chosen = _chosen_runs([each for each in resources if each.is_ours], wanted, known)
    names = {suffix: _Names(suffix, region) for suffix in chosen}
    owner = {
        each: "" if wanted.is_other_run(each) else _owner(each, chosen, names) for each in resources
    }
    parents = {each.identifier: suffix for each, suffix in owner.items() if suffix}
    for each in resources:
        if each.kind in _PARTS and not each.tags.keys() & PROJECT_TAGS.keys():
            owner[each] = parents.get(each.within, "")
    return Selection(
        runs=tuple(
            SelectedRun(suffix, why, tuple(each for each in resources if owner[each] == suffix))
            for suffix, why in sorted(chosen.items())
        ),
        spared=tuple(
            Spared(each, why)
            for each in resources
            if not owner[each] and (why := _why_spared(each, chosen, wanted))
        ),
    )


def _chosen_runs(
    ours: Iterable[Resource], wanted: Wanted, known: Iterable[KnownRun]
) -> dict[str, str]:
    """Return suffix -> why it is swept."""
    expiries: dict[str, list[datetime]] = defaultdict(list)
    for suffix, expires_at in (
        *((each.suffix, each.expires_at) for each in ours),
        *((each.environment_suffix, each.expires_at) for each in known),
    ):
        if expires_at is not None:
            expiries[suffix].append(expires_at)
    chosen = dict.fromkeys(wanted.suffixes, NAMED)
    for suffix, times in expiries.items():
        if wanted.expired_before is not None and max(times) < wanted.expired_before:
            chosen.setdefault(suffix, f"expired at {max(times):%Y-%m-%dT%H:%M:%SZ}")
    return chosen


def _owner(
    resource: Resource, chosen: Mapping[str, str], names: Mapping[str, PhysicalNames]
) -> str:
    """Return the suffix of the swept run that a resource belongs to; empty if to none."""
    if resource.is_ours:
        why = chosen.get(resource.suffix, "")
        dated = why == NAMED or resource.expires_at is not None
        return resource.suffix if why and dated else ""
    derived = _UNTAGGED.get(resource.kind)
    if derived is None or resource.tags:
        return ""
    return next((s for s, name in names.items() if derived(name) == resource.identifier), "")


def _why_spared(resource: Resource, chosen: Mapping[str, str], wanted: Wanted) -> str:
    """Return why a resource is left alone; empty if nobody would have expected otherwise."""
    if resource.is_ours:
        if resource.suffix in chosen and wanted.is_other_run(resource):
            return f"of another run with this suffix: {RUN_ID}={resource.tags[RUN_ID]}"
        if resource.suffix in chosen:
            return "its run has expired, but it has no expires-at tag of its own"
        if resource.expires_at is None:
            return "not named, and without an expires-at tag that can be read"
        return f"not named, and not expired before {resource.expires_at:%Y-%m-%dT%H:%M:%SZ}"
    if resource.suffix in chosen:
        return f"not of this project: {_project(resource)}"
    return ""


def _project(resource: Resource) -> str:
    seen = {key: resource.tags.get(key, "(none)") for key in PROJECT_TAGS}
    return ", ".join(f"{key}={value}" for key, value in seen.items())
