"""Evaluate expressions without Terraform.

Values that are not known before apply are ``Unknown`` or ``Reference``.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Any

from harness.preflight.configuration.functions import NULL, PLAIN, STRUCTURAL, boolean, template
from harness.preflight.configuration.nodes import (
    RESOURCE,
    Call,
    For,
    Literal,
    Node,
    Opaque,
    Traversal,
    traversals,
)
from harness.preflight.configuration.parser import parse_template
from harness.preflight.configuration.scope import Bindings, MissingValueError, Scope
from harness.preflight.configuration.values import (
    Partial,
    Reference,
    Unknown,
    as_list,
    is_known,
    leaves,
)

_MAX_DEPTH = 60
_VOLATILE = re.compile(r"\b(count|each|self)\.|\b(uuid|timestamp|plantimestamp|bcrypt)\(")
_VALUE_ROOTS = ("local", "var", "module")
_UNKNOWN_ROOTS = {"each", "count", "path", "terraform", "self", "ephemeral", *_VALUE_ROOTS}


def evaluate(raw: Any, scope: Scope, *, resolve: bool = True, depth: int = 0) -> Any:
    """Return the value of a raw value of Terraform JSON; Unknown if not known before apply.

    Args:
        raw: A JSON value; strings may be templates.
        resolve: Whether references to configured arguments are replaced by their values.
        depth: Nesting of references so far.
    """
    if depth > _MAX_DEPTH:
        return Unknown()
    if isinstance(raw, str):
        if "${" not in raw and "%{" not in raw:
            return raw
        return _Evaluator(scope, resolve=resolve, depth=depth).text(raw)
    if isinstance(raw, dict):
        if "dynamic" in raw and (names := iterator_names(raw["dynamic"])):
            scope = Bindings(scope, dict.fromkeys(names, Unknown()))
        return {
            _key(k, scope): evaluate(v, scope, resolve=resolve, depth=depth + 1)
            for k, v in raw.items()
        }
    if isinstance(raw, list):
        return [evaluate(item, scope, resolve=resolve, depth=depth + 1) for item in raw]
    return raw


def dynamic_blocks(raw: Any) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield label and body of each ``dynamic`` block in the raw value of ``dynamic``."""
    for labelled in as_list(raw):
        for label, bodies in labelled.items() if isinstance(labelled, Mapping) else ():
            yield from ((label, body) for body in as_list(bodies) if isinstance(body, Mapping))


def iterator_names(raw: Any) -> frozenset[str]:
    """Return the names of the iterators in the raw value of ``dynamic``."""
    return frozenset(str(body.get("iterator") or label) for label, body in dynamic_blocks(raw))


def traversals_in(raw: Any, iterators: frozenset[str] = frozenset()) -> Iterator[Traversal]:
    """Yield every reference in a raw value, except to the iterators of dynamic blocks."""
    if isinstance(raw, str):
        if "${" in raw or "%{" in raw:
            yield from traversals(parse_template(raw), iterators)
    elif isinstance(raw, dict):
        for key, item in raw.items():
            named = iterator_names(item) if key == "dynamic" else frozenset()
            if key != "//":  # a comment
                yield from traversals_in(item, iterators | named if named else iterators)
            for _, body in dynamic_blocks(item) if named else ():
                yield from traversals_in(body.get("for_each"), iterators)
    elif isinstance(raw, list):
        for item in raw:
            yield from traversals_in(item, iterators)


def _key(name: str, scope: Scope) -> str:
    if "${" not in name:
        return name
    value = evaluate(name, scope)
    return value if isinstance(value, str) else name


class _Evaluator:
    def __init__(self, scope: Scope, *, resolve: bool, depth: int) -> None:
        self._scope = scope
        self._resolve = resolve
        self._depth = depth

    def text(self, raw: str) -> Any:
        try:
            return self.node(parse_template(raw))
        except MissingValueError:
            return self.opaque(raw)

    def node(self, node: Node) -> Any:
        """Return the value of a node."""
        if isinstance(node, Literal):
            return node.value
        if isinstance(node, Traversal):
            return self._traversal(node)
        if isinstance(node, Call) and (lazy := _LAZY.get(node.name)):
            return lazy(self, node)
        result = None
        if not isinstance(node, Opaque):
            result = self._for(node) if isinstance(node, For) else self._call(node)
        if result is None:
            return self.opaque(node.text)
        return None if result is NULL else result

    def _template(self, node: Call) -> Any:
        parts = [self.node(part) for part in node.arguments]
        if not all(isinstance(part, (str, int, float, Unknown)) for part in parts):
            return self.opaque(node.text)
        return template(self._scope.prefix + node.text, parts)

    def _traversal(self, node: Traversal) -> Any:
        if node.root not in self._scope.bound:
            return self._reference(node)
        value = self._descend(self._scope.bound[node.root], node.path, node.text)
        if isinstance(value, Unknown) and not isinstance(value, Reference):
            return replace(value, volatile=True)
        return value

    def _reference(self, node: Traversal) -> Any:
        if node.root in _VALUE_ROOTS and node.path:
            return self._named(node)
        reference = resource_reference(node, self._scope.prefix)
        if reference is None:
            return self.opaque(node.text)
        if not self._resolve:
            return reference
        value = self._scope.attribute(reference)
        return value if is_known(value) or isinstance(value, Unknown) else reference

    def _named(self, node: Traversal) -> Any:
        resolve, depth = self._resolve, self._depth + 1
        name = str(node.path[0])
        if node.root != "module":
            value = self._scope.named(node.root, name, resolve=resolve, depth=depth)
            return self._descend(value, node.path[1:], node.text)
        steps = [step for step in node.path[1:] if step != 0]
        if not steps:
            return self.opaque(node.text)
        value = self._scope.output(name, str(steps[0]), resolve=resolve, depth=depth)
        return self._descend(value, tuple(steps[1:]), node.text)

    def _descend(self, value: Any, path: tuple[str | int, ...], text: str) -> Any:
        for position, step in enumerate(path):
            if isinstance(value, Reference) and self._resolve is False:
                return Reference(value.text, address=value.address, path=(*value.path, *path))
            if isinstance(value, Unknown):
                return self.opaque(text)
            if step == "*":
                items = value if isinstance(value, list) else [value]
                return [self._descend(item, path[position + 1 :], text) for item in items]
            value = _step(value, step)
        return self.opaque(text) if isinstance(value, Unknown) and not value.text else value

    def _access(self, node: Call) -> Any:
        base, *keys = [self.node(argument) for argument in node.arguments]
        if isinstance(base, Unknown) or not all(isinstance(k, str | int | float) for k in keys):
            return self.opaque(node.text)
        path = tuple(int(key) if isinstance(key, float) else key for key in keys)
        return self._descend(base, path, node.text)

    def _call(self, node: Call) -> Any:
        arguments: list[Any] = []
        for argument in node.arguments:
            if not isinstance(argument, Call) or argument.name != "...":
                arguments.append(self.node(argument))
            elif isinstance(items := self.node(argument.arguments[0]), list):
                arguments += items
            else:
                return None
        function = STRUCTURAL.get(node.name)
        if function is None and is_known(arguments):
            function = PLAIN.get(node.name)
        try:
            return function(*arguments) if function else None
        except (TypeError, ValueError, ArithmeticError, LookupError, AttributeError, re.error):
            if node.name == "jsondecode":
                raise MissingValueError from None
            return None

    def _try(self, node: Call) -> Any:
        for argument in node.arguments:
            try:
                value = self.node(argument)
            except MissingValueError:
                continue
            if isinstance(value, Unknown):
                return self.opaque(node.text)
            return value if node.name == "try" else True
        return self.opaque(node.text) if node.name == "try" else False

    def _conditional(self, node: Call) -> Any:
        condition, *results = node.arguments
        chosen = boolean(self.node(condition))
        return self.opaque(node.text) if chosen is None else self.node(results[not chosen])

    def _for(self, node: For) -> Any:
        items = iterated(self.node(node.collection))
        if items is None:
            return None
        found: list[tuple[Any, Any]] = []
        for key, value in items:
            values = dict(zip(node.names, (key, value)[-len(node.names) :], strict=True))
            scope = Bindings(self._scope, values)
            inner = _Evaluator(scope, resolve=self._resolve, depth=self._depth + 1)
            kept = True if node.condition is None else boolean(inner.node(node.condition))
            if kept is None:
                return None
            if kept:
                name = inner.node(node.key) if node.key else None
                found.append((name, inner.node(node.value)))
        if node.key is None:
            return [value for _, value in found]
        if node.grouped or not all(isinstance(name, str | int) for name, _ in found):
            return None
        return {str(name): value for name, value in found}

    def opaque(self, text: str) -> Unknown:
        """Return an unknown value with the references in an expression."""
        prefix = self._scope.prefix
        node = parse_template(text if "${" in text else f"${{{text}}}")
        references = tuple(
            Reference(prefix + found, address=prefix + found)
            for found in dict.fromkeys(t.resource[0] for t in traversals(node))
            if RESOURCE.fullmatch(found)
        )
        volatile = _VOLATILE.search(text) or any(map(self._volatile, traversals(node)))
        return Unknown(prefix + text, (), references, bool(volatile))

    def _volatile(self, node: Traversal) -> bool:
        if node.root not in ("local", "var") or not node.path:
            return False
        name, depth = str(node.path[0]), self._depth + 1
        value = self._scope.named(node.root, name, resolve=self._resolve, depth=depth)
        return any(isinstance(leaf, Unknown) and leaf.volatile for leaf in leaves(value))


# Functions and operators that evaluate their arguments themselves.
_LAZY = {
    "?": _Evaluator._conditional,
    "[": _Evaluator._access,
    '"': _Evaluator._template,
    "can": _Evaluator._try,
    "try": _Evaluator._try,
}


def iterated(collection: Any) -> list[tuple[Any, Any]] | None:
    """Return keys and values of a collection, as ``for`` and ``for_each`` do; None if unknown."""
    if isinstance(collection, dict):
        return list(collection.items())
    return list(enumerate(collection)) if isinstance(collection, list) else None


@lru_cache(maxsize=65536)
def resource_reference(node: Traversal, prefix: str) -> Reference | None:
    """Return the reference to a resource of a module; None for another name."""
    address, path = node.resource
    if node.root in _UNKNOWN_ROOTS or not address:
        return None
    return Reference(prefix + node.text, address=prefix + address, path=path)


def _step(value: Any, step: str | int) -> Any:
    if isinstance(value, dict) and str(step) in value:
        return value[str(step)]
    if isinstance(value, list) and isinstance(step, int) and step < len(value):
        return value[step]
    if isinstance(value, Partial) or value is None:
        return Unknown()
    raise MissingValueError
