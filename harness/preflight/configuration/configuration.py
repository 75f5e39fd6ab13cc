"""A Terraform configuration: its resources, and what refers to what."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from harness.preflight.configuration.block import Block, Resource
from harness.preflight.configuration.values import Reference, Unknown

# Attributes that the provider computes, but from an argument: what it is then equal to.
_COMPUTED = {
    ("aws_s3_bucket", "id"): "bucket",
    ("aws_iam_role", "id"): "name",
    ("aws_cloudwatch_log_group", "id"): "name",
    ("aws_db_subnet_group", "id"): "name",
    ("aws_rds_cluster", "id"): "cluster_identifier",
}
_IDENTITIES = ("bucket", "name", "cluster_identifier", "identifier", "family", "id")


class Configuration:
    """The resources of one root module.

    Args:
        label: What was read, for output.
        locals_: Raw values of the locals.
        providers: Provider name -> its blocks.
        settings: The ``terraform`` block.
        outputs: Raw output values.
        calls_modules: Whether it calls modules, whose resources are not seen.

    Attributes:
        unread_files: Files of the same module that were not read.
        settings_source: The file with the backend, or the only file.
        existing: Addresses that are deployed already.
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
        """Add a resource; one that certainly has no instance is left out."""
        self._declared.add(resource.address)
        if resource.raw.get("count") in (0, "0"):
            return
        self._resources[resource.address] = resource
        if resource.managed:
            self._by_type.setdefault(resource.type, []).append(resource)

    @property
    def incomplete(self) -> str:
        """Why there may be resources that preflight does not see; empty when it sees all."""
        if self.unread_files:
            return f"not read: {', '.join(self.unread_files[:3])}"
        return "the modules that it calls were not read" if self._calls_modules else ""

    def declares(self, address: str) -> bool:
        """Return whether there is such a resource or data block, with or without instances."""
        return address in self._declared

    def resources(self, *types: str) -> list[Resource]:
        """Return the managed resources of some types, of all when none is named."""
        if not types:
            return [r for r in self._resources.values() if r.managed]
        return [r for kind in types for r in self._by_type.get(kind, ())]

    def find(self, address: str) -> Resource | None:
        """Return the resource or data block at an address."""
        return self._resources.get(address)

    def __iter__(self) -> Iterator[Resource]:
        return iter(self._resources.values())

    def referring(self, type_: str, argument: str, to: Resource) -> list[Resource]:
        """Return the resources of a type whose argument certainly names a resource."""
        return [r for r in self.resources(type_) if r.follow(argument, to.type) is to]

    def all_certain(self, type_: str, argument: str, *targets: str) -> bool:
        """Return whether it is certain, for all resources of a type, which one they name."""
        return not self.incomplete and all(
            not r.repeated and r.follow(argument, *targets) is not None
            for r in self.resources(type_)
        )

    def all_named(self, type_: str, argument: str) -> bool:
        """Return whether it is certain how all resources of a type are called."""
        return not self.incomplete and all(
            not r.repeated and r.text(argument) is not None for r in self.resources(type_)
        )

    def resource_of(self, value: Any, *types: str) -> Resource | None:
        """Return the resource that an unresolved value stands for: by reference or by name."""
        if isinstance(value, Reference):
            found = self.find(value.address)
        elif isinstance(value, str):
            found = self._by_name(value, types)
        else:
            return None
        return found if found is not None and (not types or found.type in types) else None

    def dependencies(self, address: str) -> frozenset[str]:
        """Return every address that Terraform handles before this one."""
        if address not in self._dependencies:
            seen: set[str] = set()
            todo = [address]
            while todo:
                resource = self.find(todo.pop())
                new = (resource.direct_dependencies if resource else frozenset()) - seen
                seen |= new
                todo.extend(new)
            self._dependencies[address] = frozenset(seen)
        return self._dependencies[address]

    def region(self) -> str | None:
        """Return the region of the default AWS provider, None when not known."""
        blocks = self.providers.get("aws", [])
        plain = [block for block in blocks if block.absent("alias")]
        return plain[0].text("region") if len(plain) == 1 else None

    def backend(self) -> tuple[str, Block] | None:
        """Return the backend's type and arguments, None when the configuration has none."""
        for block in self.settings.blocks("backend"):
            for kind in block.raw:
                if (inner := block.block(kind)) is not None:
                    return kind, inner
        return None

    def local(self, name: str) -> Any:
        """Return the raw value of a local."""
        return self._locals.get(name, Unknown())

    def attribute(self, reference: Reference) -> Any:
        """Return the raw value of an argument that a reference names, else the reference."""
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
