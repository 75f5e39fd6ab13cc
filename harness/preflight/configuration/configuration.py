"""A Terraform configuration: its resources and the references between them."""

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any

from harness.preflight.configuration.block import Block
from harness.preflight.configuration.evaluate import evaluate
from harness.preflight.configuration.values import Reference, Unknown, references_in
from harness.preflight.finding import Problem

# Attributes that the provider computes from an argument: (type, attribute) -> equal argument.
_COMPUTED = {
    ("aws_s3_bucket", "id"): "bucket",
    ("aws_iam_role", "id"): "name",
    ("aws_cloudwatch_log_group", "id"): "name",
    ("aws_db_subnet_group", "id"): "name",
    ("aws_rds_cluster", "id"): "cluster_identifier",
}
_IDENTITIES = ("bucket", "name", "cluster_identifier", "identifier", "family", "id")


class Resource(Block):
    """One ``resource`` or ``data`` block.

    Args:
        raw: Argument name -> raw value.
        configuration: The configuration that declares it.
        source: The file that declares it.
        managed: Whether Terraform creates it: false for ``data`` blocks.
        references: Addresses of referenced resources that ``raw`` does not contain (a plan).
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
    ) -> None:
        super().__init__(raw, address=address, scope=configuration)
        self.type = type_
        self.configuration = configuration
        self.source = source
        self.managed = managed
        self._references = references

    @property
    def repeated(self) -> bool:
        """Whether the block has ``count`` or ``for_each``: any number of instances, or none."""
        return self.raw.get("count") is not None or self.raw.get("for_each") is not None

    def problem(self, message: str, *, variant: int = 0, **details: object) -> Problem:
        """Return a problem of this resource; see ``Problem`` for variant and details."""
        return Problem(self.address, message, details, variant)

    def follow(self, name: str, *types: str, within: Block | None = None) -> "Resource | None":
        """Return the resource that an argument refers to, None if it is not certain which.

        Args:
            name: Argument name.
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
        return other.address in self.configuration.dependencies(self.address)

    @cached_property
    def references(self) -> tuple[Reference, ...]:
        """Every reference in the block."""
        evaluated = evaluate(dict(self.raw), self.configuration, resolve=False)
        return tuple(references_in(evaluated))

    @cached_property
    def direct_dependencies(self) -> frozenset[str]:
        """Addresses that the block refers to, ``depends_on`` included."""
        found = {reference.address for reference in self.references}
        named = {name for name in self.raw.get("depends_on") or [] if isinstance(name, str)}
        return frozenset(found | named) | self._references


class Configuration:
    """The resources of one root module.

    Args:
        label: Name of the input, for output.
        locals_: Raw values of the locals.
        providers: Provider name -> its blocks.
        settings: The ``terraform`` block.
        outputs: Raw output values.
        calls_modules: Whether it calls modules, whose resources are not read.

    Attributes:
        unread_files: Files of the same module that were not read.
        settings_source: The file with the backend, or the only file.
        existing: Addresses of resources that are deployed already.
        planned: Whether it was read from a plan, which has no ``lifecycle`` and no backend.
    """

    def __init__(
        self,
        label: str,
        *,
        locals_: Mapping[str, Any] | None = None,
        providers: Mapping[str, Sequence[Mapping[str, Any]]] | None = None,
        settings: Mapping[str, Any] | None = None,
        outputs: Mapping[str, Any] | None = None,
        calls_modules: bool = False,
    ) -> None:
        self.label = label
        self.unread_files: tuple[str, ...] = ()
        self.settings_source = label
        self.planned = False
        self.existing: frozenset[str] = frozenset()
        self._calls_modules = calls_modules
        self._declared: set[str] = set()
        self._locals = locals_ or {}
        self._resources: dict[str, Resource] = {}
        self._by_type: dict[str, list[Resource]] = {}
        self._dependencies: dict[str, frozenset[str]] = {}
        self.providers = {
            name: [Block(raw, address=f"provider.{name}", scope=self) for raw in blocks]
            for name, blocks in (providers or {}).items()
        }
        self.settings = Block(settings or {}, address="terraform", scope=self)
        self.outputs = Block(outputs or {}, address="output", scope=self)

    def add(self, resource: Resource) -> None:
        """Add a resource; one with ``count = 0`` has no instance and is only declared."""
        self._declared.add(resource.address)
        if resource.raw.get("count") in (0, "0"):
            return
        self._resources[resource.address] = resource
        if resource.managed:
            self._by_type.setdefault(resource.type, []).append(resource)

    @property
    def incomplete(self) -> str:
        """Why resources may be missing; empty if the configuration was read completely."""
        if self.unread_files:
            return f"not read: {', '.join(self.unread_files[:3])}"
        return "called modules were not read" if self._calls_modules else ""

    def declares(self, address: str) -> bool:
        """Return whether a resource or data block is declared, with or without instances."""
        return address in self._declared

    def resources(self, *types: str) -> list[Resource]:
        """Return the managed resources of some types, by default of all types."""
        if not types:
            return [r for r in self._resources.values() if r.managed]
        return [r for kind in types for r in self._by_type.get(kind, ())]

    def find(self, address: str) -> Resource | None:
        """Return the resource or data block at an address."""
        return self._resources.get(address)

    def __iter__(self) -> Iterator[Resource]:
        return iter(self._resources.values())

    def referring(self, type_: str, argument: str, to: Resource) -> list[Resource]:
        """Return the resources of a type whose argument certainly refers to a resource."""
        return [r for r in self.resources(type_) if r.follow(argument, to.type) is to]

    def all_referring(
        self, type_: str, argument: str, to: Resource, *types: str
    ) -> list[Resource] | None:
        """Return the resources of a type that refer to a resource; None if there may be more.

        The argument may refer to resources of ``types``, by default of the type of ``to``.
        """
        followed = [(r, r.follow(argument, *(types or (to.type,)))) for r in self.resources(type_)]
        if self.incomplete or any(r.repeated or target is None for r, target in followed):
            return None
        return [r for r, target in followed if target is to]

    def all_named(self, type_: str, argument: str) -> bool:
        """Return whether the names of all resources of a type are known."""
        return not self.incomplete and all(
            not r.repeated and r.text(argument) is not None for r in self.resources(type_)
        )

    def resource_of(self, value: Any, *types: str) -> Resource | None:
        """Return the resource that an unresolved value identifies, by reference or by name."""
        if isinstance(value, Reference):
            found = self.find(value.address)
        elif isinstance(value, str):
            found = self._by_name(value, types)
        else:
            return None
        return found if found is not None and (not types or found.type in types) else None

    def dependencies(self, address: str) -> frozenset[str]:
        """Return the addresses of all direct and indirect dependencies."""
        if address not in self._dependencies:
            found: set[str] = set()
            todo = [address]
            while todo:
                resource = self.find(todo.pop())
                new = (resource.direct_dependencies if resource else frozenset()) - found
                found |= new
                todo.extend(new)
            self._dependencies[address] = frozenset(found)
        return self._dependencies[address]

    def region(self) -> str | None:
        """Return the region of the default AWS provider, None if unknown."""
        blocks = self.providers.get("aws", [])
        plain = [block for block in blocks if block.absent("alias")]
        return plain[0].text("region") if len(plain) == 1 else None

    def backend(self) -> tuple[str, Block] | None:
        """Return the backend's type and arguments, None if there is no backend."""
        for block in self.settings.blocks("backend"):
            for kind in block.raw:
                if (inner := block.block(kind)) is not None:
                    return kind, inner
        return None

    def local(self, name: str) -> Any:
        """Return the raw value of a local."""
        return self._locals.get(name, Unknown())

    def attribute(self, reference: Reference) -> Any:
        """Return the raw value of a referenced argument; the reference if it is computed."""
        resource = self.find(reference.address)
        if resource is None or reference.splat:
            return reference
        steps = [step for step in reference.path if step != 0]
        if len(steps) != 1 or not isinstance(steps[0], str):
            return reference
        name = _COMPUTED.get((resource.type, steps[0]), steps[0])
        raw = resource.raw.get(name)
        return reference if raw is None or not resource.managed else raw

    def _by_name(self, value: str, types: Sequence[str]) -> Resource | None:
        found = [
            resource
            for resource in self._resources.values()
            if resource.type in types
            and any(resource.raw.get(identity) == value for identity in _IDENTITIES)
        ]
        return found[0] if len(found) == 1 else None
