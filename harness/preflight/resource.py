"""One resource or data block of a configuration."""

from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

from harness.preflight.block import Block
from harness.preflight.evaluation import evaluate
from harness.preflight.finding import Problem
from harness.preflight.values import Reference, references_in

if TYPE_CHECKING:
    from harness.preflight.configuration import Configuration

__all__ = ["Resource"]


class Resource(Block):
    """One ``resource`` or ``data`` block.

    Attributes:
        type: Resource type.
        configuration: What it belongs to.
        source: The file that declares it.
        managed: Whether Terraform would create it: false for ``data`` blocks.
        references: Addresses that it refers to, where ``raw`` does not show them (a plan).
    """

    scope: "Configuration"

    def __init__(
        self,
        raw: Mapping[str, Any],
        *,
        type_: str,
        address: str,
        scope: "Configuration",
        source: str = "",
        managed: bool = True,
        references: frozenset[str] = frozenset(),
    ) -> None:
        super().__init__(raw, address=address, scope=scope)
        self.type = type_
        self.source = source
        self.managed = managed
        self._references = references

    @property
    def configuration(self) -> "Configuration":
        """The configuration that the resource belongs to."""
        return self.scope

    @property
    def repeated(self) -> bool:
        """Whether the block stands for any number of instances, or perhaps for none."""
        return self.raw.get("count") is not None or self.raw.get("for_each") is not None

    def problem(self, message: str, *, variant: int = 0, **details: object) -> Problem:
        """Return a problem of this resource; see ``Problem`` for variant and details."""
        return Problem(self.address, message, details, variant)

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
        """Addresses that occur anywhere in the block, ``depends_on`` included."""
        found = {reference.address for reference in self.references}
        named = self.raw.get("depends_on") or []
        named = {name for name in named if isinstance(name, str)}
        return frozenset(found | named) | self._references
