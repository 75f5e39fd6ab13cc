"""The values of one module: its locals, variables, outputs and called modules."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from harness.preflight.configuration.evaluate import evaluate
from harness.preflight.configuration.nodes import Traversal
from harness.preflight.configuration.parser import parse_template
from harness.preflight.configuration.scope import Scope
from harness.preflight.configuration.values import Partial, Reference, Unknown, as_list


@dataclass(frozen=True)
class Variable:
    """The value of a variable.

    Attributes:
        raw: Raw value; Unknown if it has none.
        scope: Where it is evaluated; None: it is a value already.
        partial: Whether objects have optional attributes, with defaults of their own.
    """

    raw: Any
    scope: "Scope | None" = None
    partial: bool = False


@dataclass(eq=False)
class ModuleScope:
    """The values of one module; implements ``Scope``.

    Attributes:
        prefix: Module part of its addresses.
        variables: Name -> value.
        attribute: Returns the value of a referenced argument; by default the reference.
        children: Called modules by name; a module that was not read is missing.
        providers: Provider in this module -> provider of the caller; empty: inherited.
        instances: Number of instances of the module, None if unknown.
        complete: Whether all its files were read.
        unexpected: Arguments of the call that are no variables.
        missing: Variables without default that the call does not set.
        depends_on: Addresses in ``depends_on`` of the call, and of the calls around it.
    """

    bound = MappingProxyType[str, Any]({})
    attribute: Callable[[Reference], Any] = lambda reference: reference
    prefix: str = ""
    locals: Mapping[str, Any] = field(default_factory=dict)
    variables: Mapping[str, Variable] = field(default_factory=dict)
    outputs: Mapping[str, Any] = field(default_factory=dict)
    children: dict[str, "ModuleScope"] = field(default_factory=dict)
    calls: frozenset[str] = frozenset()
    providers: Mapping[str, str] = field(default_factory=dict)
    parent: "ModuleScope | None" = None
    instances: int | None = 1
    complete: bool = True
    unexpected: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    depends_on: frozenset[str] = frozenset()
    _values: dict[tuple[str, str, bool], Any] = field(default_factory=dict)

    def named(self, root: str, name: str, *, resolve: bool, depth: int) -> Any:
        """Return the value of a local or variable; see ``Scope.named``."""
        if root == "local":
            raw = self.locals.get(name, Unknown())
            return self._cached((root, name), raw, self, resolve=resolve, depth=depth)
        variable = self.variables.get(name, Variable(Unknown()))
        value = variable.raw
        if variable.scope is not None:
            key, scope = (root, name), variable.scope
            value = self._cached(key, value, scope, resolve=resolve, depth=depth)
        return _partial(value) if variable.partial else value

    def output(self, name: str, output: str, *, resolve: bool, depth: int) -> Any:
        """Return an output of a called module; see ``Scope.output``."""
        child = self.children.get(name)
        if child is None or child.instances != 1 or output not in child.outputs:
            return Unknown()
        key, raw = ("output", output), child.outputs[output]
        return child._cached(key, raw, child, resolve=resolve, depth=depth)

    def arguments(self, caller: "ModuleScope") -> dict[str, Any]:
        """Return the raw values of the variables that the caller has given."""
        return {n: v.raw for n, v in self.variables.items() if v.scope is caller}

    def explicit_dependencies(self, raw: Mapping[str, Any]) -> frozenset[str]:
        """Return the addresses in ``depends_on`` of a resource or of the call of a module."""
        named = map(traversal_name, as_list(raw.get("depends_on") or []))
        return frozenset(self.prefix + name.partition("[")[0] for name in named if name)

    def provider(self, name: str) -> str:
        """Return the root module's name of a provider: ``aws`` or ``aws.alias``."""
        if self.parent is None:
            return name
        return self.parent.provider(self.providers.get(name, name))

    @property
    def repeated(self) -> bool:
        """Whether the module or a caller has any number of instances other than one."""
        return self.instances != 1 or (self.parent is not None and self.parent.repeated)

    @property
    def conditional(self) -> bool:
        """Whether the module may have no instance."""
        return self.instances is None or (self.parent is not None and self.parent.conditional)

    def _cached(
        self, name: tuple[str, str], raw: Any, scope: Scope, *, resolve: bool, depth: int
    ) -> Any:
        key = (*name, resolve)
        if key not in self._values:
            self._values[key] = Unknown()  # a value that refers to itself
            self._values[key] = evaluate(raw, scope, resolve=resolve, depth=depth)
        return self._values[key]


def instances(raw: Mapping[str, Any], scope: Scope) -> int | None:
    """Return the number of instances by ``count`` or ``for_each``; None if unknown."""
    if (count := raw.get("count")) is not None:
        number = evaluate(count, scope)
        try:
            return int(number) if isinstance(number, int | float | str) else None
        except ValueError:
            return None
    if (for_each := raw.get("for_each")) is not None:
        items = evaluate(for_each, scope)
        return len(items) if isinstance(items, list | dict) else None
    return 1


def traversal_name(raw: Any) -> str:
    """Return the text of a plain reference, with or without ``${}``; empty for anything else."""
    text = raw if isinstance(raw, str) else ""
    node = parse_template(text if text.startswith("${") else f"${{{text}}}")
    return node.text if isinstance(node, Traversal) else ""


def _partial(value: Any) -> Any:
    if isinstance(value, dict):
        return Partial({key: _partial(item) for key, item in value.items()})
    return [_partial(item) for item in value] if isinstance(value, list) else value
