"""The names that expressions of one module may use."""

from collections.abc import Mapping
from typing import Any, Protocol

from harness.preflight.configuration.values import Reference


class MissingValueError(Exception):
    """A known object or list does not have the attribute or element; ``try`` continues."""


class Scope(Protocol):
    """Resolves the names in the expressions of one module."""

    @property
    def bound(self) -> Mapping[str, Any]:
        """Value of each iterator of a dynamic block, and of each name of a ``for``."""

    @property
    def prefix(self) -> str:
        """Module part of its addresses: ``module.network.``; empty for the root module."""

    def named(self, root: str, name: str, *, resolve: bool, depth: int) -> Any:
        """Return the evaluated local (``local``) or variable (``var``), Unknown if not known."""

    def output(self, name: str, output: str, *, resolve: bool, depth: int) -> Any:
        """Return the evaluated output of a called module, Unknown if not known."""

    def attribute(self, reference: Reference, /) -> Any:
        """Return the value of a referenced argument; the reference if it is computed."""


class Bindings:
    """A scope with values for the iterator of a dynamic block, or the names of a ``for``."""

    def __init__(self, scope: Scope, values: Mapping[str, Any]) -> None:
        self.bound = {**scope.bound, **values}
        self.prefix = scope.prefix
        self.named, self.output, self.attribute = scope.named, scope.output, scope.attribute
