"""A Terraform configuration: its resources and the references between them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from harness.preflight.configuration.block import Block, canonical_type
from harness.preflight.configuration.evaluate import evaluate, resource_reference, traversals_in
from harness.preflight.configuration.graph import reachable, transposed
from harness.preflight.configuration.module_scope import ModuleScope, instances, traversal_name
from harness.preflight.configuration.nodes import Traversal
from harness.preflight.configuration.root_settings import RootSettings
from harness.preflight.configuration.values import Reference, references_in
from harness.preflight.finding import Problem, Severity

# Attributes that the provider computes from an argument: (type, attribute) -> equal argument.
_COMPUTED = {
    ("aws_s3_bucket", "id"): "bucket",
    ("aws_iam_role", "id"): "name",
    ("aws_cloudwatch_log_group", "id"): "name",
    ("aws_db_subnet_group", "id"): "name",
    ("aws_rds_cluster", "id"): "cluster_identifier",
}
_IDENTITIES = ("bucket", "name", "cluster_identifier", "identifier", "family", "id", "resource_id")


@dataclass(frozen=True)
class NotRead:
    """A part of a configuration that was not read.

    Attributes:
        matters: Whether it may have AWS resources, so that the configuration is incomplete.
    """

    name: str
    reason: str
    matters: bool = True

    def __str__(self) -> str:
        return f"{self.name}: {self.reason}"


class Resource(Block):
    """One ``resource`` or ``data`` block.

    Args:
        raw: Argument name -> raw value.
        managed: Whether Terraform creates it: false for ``data`` blocks.
        references: Addresses of referenced resources that ``raw`` does not contain (a plan).
        module: Scope of the module that declares it; by default the root module.
    """

    def __init__(
        self,
        raw: Mapping[str, Any],
        *,
        type_: str,
        address: str,
        configuration: "Configuration",
        source: str = "",
        managed: bool = True,
        references: frozenset[str] = frozenset(),
        module: ModuleScope | None = None,
    ) -> None:
        self.module = module or configuration.scope
        super().__init__(raw, address=address, scope=self.module)
        self.type = canonical_type(type_)
        self.configuration = configuration
        self.source = source
        self.managed = managed
        self._references = references

    @cached_property
    def instances(self) -> int | None:
        """Number of instances in one instance of the module, None if unknown."""
        return instances(self.raw, self.module)

    @property
    def repeated(self) -> bool:
        """Whether it is not certain that there is exactly one instance."""
        return self.instances != 1 or self.module.repeated

    @property
    def conditional(self) -> bool:
        """Whether there may be no instance."""
        return self.instances is None or self.module.conditional

    @property
    def provider(self) -> str:
        """The root module's provider of the resource: ``aws`` or ``aws.alias``; empty: unknown."""
        given = self.raw.get("provider")
        name = "aws" if given is None else traversal_name(given)
        return self.module.provider(name) if name else ""

    def region(self) -> str | None:
        """Return the region that its provider, or its own argument, has; None if unknown."""
        own = "region" in self.raw
        return self.text("region") if own else self.configuration.region(self.provider)

    def problem(
        self, message: str, *, variant: int = 0, severity: Severity | None = None, **details: object
    ) -> Problem:
        """Return a problem of this resource; see ``Problem``."""
        return Problem(self.address, message, details, variant, severity)

    def follow(self, name: str, *types: str, within: Block | None = None) -> "Resource | None":
        """Return the resource that an argument refers to, None if it is not certain which.

        Args:
            types: Expected resource types; empty for any.
            within: Nested block of the argument; by default the resource itself.
        """
        return self.configuration.resource_of((within or self).unresolved(name), *types)

    def follow_all(
        self, name: str, *types: str, within: Block | None = None
    ) -> list["Resource"] | None:
        """Return the resources that a list refers to, None unless every one is certain."""
        values = (within or self).unresolved_values(name)
        if values is None:
            return None
        found = [self.configuration.resource_of(value, *types) for value in values]
        known = [item for item in found if item is not None and not item.repeated]
        return known if len(known) == len(found) else None

    def depends_on(self, other: "Resource") -> bool:
        """Return whether Terraform creates the other resource first, perhaps indirectly."""
        return self.address in self.configuration.all_dependents(other, order=True)

    @cached_property
    def traversals(self) -> dict[Traversal, None]:
        """Every reference in the block's expressions, each once."""
        return dict.fromkeys(traversals_in(dict(self.raw)))

    @cached_property
    def used(self) -> frozenset[str]:
        """Addresses that its values refer to, and those in its ``depends_on``."""
        found = references_in(evaluate(dict(self.raw), self.module, resolve=False))
        explicit = self.module.explicit_dependencies(self.raw)
        return explicit | self._references | {each.address for each in found}

    @cached_property
    def earlier(self) -> frozenset[str]:
        """Addresses of what Terraform creates before it: also what is named, but not used."""
        scope = self.module
        named = [
            resource_reference(t, scope.prefix) or evaluate(f"${{{t.text}}}", scope, resolve=False)
            for t in self.traversals
        ]
        explicit = scope.explicit_dependencies(self.raw) | scope.depends_on
        return explicit | self._references | {each.address for each in references_in(named)}


class Configuration(RootSettings):
    """The resources of one root module and of the modules that it calls.

    Args:
        providers: Provider name -> its blocks.

    Attributes:
        modules: The scopes of all modules, the root module first.
        not_read: What was not read.
        declared: Addresses of all resource and data blocks, with or without instances.
        settings_source: The file with the backend, or the only file.
        sources: Address of a local value, output or call of a module -> its file.
        existing: Addresses that are deployed already.
        planned: Whether it was read from a plan, which has no ``lifecycle`` and no backend.
    """

    def __init__(
        self,
        label: str,
        scope: ModuleScope,
        *,
        providers: Mapping[str, Sequence[Mapping[str, Any]]],
        settings: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(scope, providers, settings or {})
        scope.attribute = self.attribute
        self.label = label
        self.not_read: tuple[NotRead, ...] = ()
        self.settings_source = label
        self.planned = False
        self.existing: frozenset[str] = frozenset()
        self.scope = scope
        self.modules = [scope]
        self.declared: set[str] = set()
        self.sources: dict[str, str] = {}
        self._resources: dict[str, Resource] = {}
        self._by_type: dict[str, list[Resource]] = {}
        self._all_dependents: tuple[dict[str, set[str]], ...] = ({}, {})
        self._members: dict[str, set[str]] = {}  # of each module, those of its modules too
        self._dependents: dict[str, dict[str, list[Resource]]] = {}
        self._named: dict[str, dict[str, list[Resource]]] = {}
        self._referring: dict[tuple[str, ...], dict[str | None, list[Resource]]] = {}

    def add(self, resource: Resource) -> None:
        """Add a resource; one with ``count = 0`` has no instance and is only declared."""
        self.declared.add(resource.address)
        if resource.instances == 0 or resource.module.instances == 0:
            return
        self._resources[resource.address] = resource
        for end in range(2, len(parts := resource.module.prefix.split(".")), 2):
            self._members.setdefault(".".join(parts[:end]), set()).add(resource.address)
        if resource.managed:
            self._by_type.setdefault(resource.type, []).append(resource)

    @property
    def incomplete(self) -> str:
        """Why resources may be missing; empty if the configuration was read completely."""
        names = [item.name for item in self.not_read if item.matters]
        return f"not read: {', '.join(names[:3])}" if names else ""

    def resources(self, *types: str) -> list[Resource]:
        """Return the managed resources of some types, by default of all types."""
        if not types:
            return [r for r in self._resources.values() if r.managed]
        return [r for kind in types for r in self._by_type.get(kind, ())]

    def __iter__(self) -> Iterator[Resource]:
        return iter(self._resources.values())

    def find(self, address: str) -> Resource | None:
        """Return the resource or data block at an address."""
        return self._resources.get(address)

    def referring(self, type_: str, argument: str, to: Resource) -> list[Resource]:
        """Return the resources of a type whose argument certainly refers to a resource."""
        return self._followed(type_, argument, to.type).get(to.address, [])

    def all_referring(
        self, type_: str, argument: str, to: Resource, *types: str
    ) -> list[Resource] | None:
        """Return the resources of a type that refer to a resource; None if there may be more.

        The argument may refer to resources of ``types``, by default of the type of ``to``.
        """
        followed = self._followed(type_, argument, *(types or (to.type,)))
        if self.incomplete or None in followed:
            return None
        return followed.get(to.address, [])

    def _followed(self, type_: str, *key: str) -> dict[str | None, list[Resource]]:
        """Return the resources of a type by what an argument of some types refers to."""
        if (type_, *key) not in self._referring:
            found = self._referring[(type_, *key)] = {}
            for resource in self.resources(type_):
                target = resource.follow(*key)
                if target is not None:
                    found.setdefault(target.address, []).append(resource)
                if target is None or resource.repeated:
                    found.setdefault(None, []).append(resource)
        return self._referring[(type_, *key)]

    def dependents(self, of: Resource, *types: str) -> list[Resource]:
        """Return the resources of some types that use a resource directly."""
        for kind in types:
            if kind not in self._dependents:
                found = self._dependents[kind] = {}
                for resource in self._by_type.get(kind, ()):
                    for address in resource.used:
                        found.setdefault(address, []).append(resource)
        return [r for kind in types for r in self._dependents[kind].get(of.address, ())]

    def all_named(self, type_: str, argument: str) -> bool:
        """Return whether the names of all resources of a type are known."""
        named = (r.text(argument) is not None and not r.repeated for r in self.resources(type_))
        return not self.incomplete and all(named)

    def resource_of(self, value: Any, *types: str) -> Resource | None:
        """Return the resource that an unresolved value identifies, by reference or by name."""
        found = self.find(value.address) if isinstance(value, Reference) else None
        if isinstance(value, str):
            named = [r for kind in types for r in self._names_of(kind).get(value, ())]
            found = named[0] if len(named) == 1 else None
        return found if found is not None and (not types or found.type in types) else None

    def all_dependents(self, of: Resource, *, order: bool = False) -> set[str]:
        """Return the addresses of all that uses a resource, or that is created after it."""
        found = self._all_dependents[order]
        if of.address not in found:
            after = () if order else map(self.find, self.all_dependents(of, order=True))
            used = {item.address: item.used for item in after if item is not None}
            graph = self._created_after if order else transposed(used)
            found[of.address] = reachable(graph, of.address)
        return found[of.address]

    @cached_property
    def _created_after(self) -> dict[str, set[str]]:
        return transposed({**{each.address: each.earlier for each in self}, **self._members})

    def attribute(self, reference: Reference) -> Any:
        """Return the value of a referenced argument; the reference if it is computed."""
        resource = self.find(reference.address)
        if resource is None or reference.splat or not resource.managed:
            return reference
        steps = [step for step in reference.path if step != 0]
        if len(steps) != 1 or not isinstance(steps[0], str):
            return reference
        name = _COMPUTED.get((resource.type, steps[0]), steps[0])
        return reference if resource.raw.get(name) is None else resource.value(name)

    def _names_of(self, type_: str) -> Mapping[str, list[Resource]]:
        """Return the resources and data blocks of a type by each of their names."""
        if not self._named:
            for resource in self:
                names = self._named.setdefault(resource.type, {})
                for value in (resource.value(name) for name in _IDENTITIES if name in resource):
                    if isinstance(value, str):
                        names.setdefault(value, []).append(resource)
        return self._named.get(type_, {})
