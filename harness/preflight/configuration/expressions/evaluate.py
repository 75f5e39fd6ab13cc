"""Work out what an expression is worth, as far as the configuration alone can tell."""

import re
from typing import TYPE_CHECKING, Any, Protocol

from harness.preflight.configuration.expressions.functions import FUNCTIONS, as_text
from harness.preflight.configuration.expressions.nodes import (
    Call,
    ListNode,
    Literal,
    Node,
    ObjectNode,
    Opaque,
    Template,
    Traversal,
)
from harness.preflight.configuration.expressions.template import parse_template
from harness.preflight.configuration.values import Reference, Unknown, is_known, references_in

if TYPE_CHECKING:
    from harness.preflight.configuration.block import Resource

_MAX_DEPTH = 60
_VOLATILE = re.compile(r"\b(count|each|self)\.|\b(uuid|timestamp|plantimestamp|bcrypt)\(")
_RESOURCE = re.compile(r"\b((?:data\.)?[a-z][a-z0-9]*_\w+\.[A-Za-z_][\w-]*)")
_UNKNOWN_ROOTS = {"var", "each", "count", "path", "terraform", "module", "self", "ephemeral"}


class Scope(Protocol):
    """Where names are looked up."""

    def local(self, name: str) -> Any:
        """Return the raw value of a local, Unknown where there is none."""

    def attribute(self, reference: Reference) -> Any:
        """Return the raw value that a reference leads to, the reference where it is computed."""

    def resource_of(self, value: Any, *types: str) -> "Resource | None":
        """Return the resource that an unresolved value stands for."""


def evaluate(raw: Any, scope: Scope, *, resolve: bool = True, depth: int = 0) -> Any:
    """Evaluate a raw value of Terraform JSON.

    Args:
        raw: What the JSON holds: strings may be templates.
        scope: Where names are looked up.
        resolve: Whether a reference to an argument that the configuration sets becomes the
            argument's value; a reference stays a reference otherwise.
        depth: How many references deep this already is.

    Returns:
        Plain values, with Unknown and Reference wherever only Terraform can tell.
    """
    if depth > _MAX_DEPTH:
        return Unknown()
    if isinstance(raw, str):
        return _Evaluator(scope, resolve=resolve, depth=depth).node(parse_template(raw))
    if isinstance(raw, dict):
        return {k: evaluate(v, scope, resolve=resolve, depth=depth + 1) for k, v in raw.items()}
    if isinstance(raw, list):
        return [evaluate(item, scope, resolve=resolve, depth=depth + 1) for item in raw]
    return raw


class _Evaluator:
    def __init__(self, scope: Scope, *, resolve: bool, depth: int) -> None:
        self._scope = scope
        self._resolve = resolve
        self._depth = depth

    def node(self, node: Node) -> Any:
        if isinstance(node, Literal):
            return node.value
        if isinstance(node, Opaque):
            return self._opaque(node.text)
        return self._compound(node)

    def _compound(self, node: ListNode | ObjectNode | Template | Traversal | Call) -> Any:
        match node:
            case ListNode():
                return [self.node(item) for item in node.items]
            case ObjectNode():
                return {key: self.node(value) for key, value in node.items}
            case Template():
                return self._template(node)
            case Traversal():
                return self._traversal(node)
            case Call():
                return self._call(node)

    def _template(self, node: Template) -> Any:
        parts = tuple(self.node(part) for part in node.parts)
        if all(isinstance(part, str | int | float) for part in parts):
            return "".join(as_text(part) for part in parts)
        pieces = tuple(p if isinstance(p, Unknown) else as_text(p) for p in parts)
        volatile = any(isinstance(p, Unknown) and p.volatile for p in pieces)
        references = tuple(references_in(list(pieces)))
        return Unknown(node.text, pieces, references, volatile)

    def _traversal(self, node: Traversal) -> Any:
        if node.root == "local":
            return self._local(node)
        address, path = _address(node)
        if node.root in _UNKNOWN_ROOTS or not address:
            return self._opaque(node.text)
        reference = Reference(node.text, address=address, path=path)
        if not self._resolve:
            return reference
        raw = self._scope.attribute(reference)
        if raw is reference:
            return reference
        value = evaluate(raw, self._scope, depth=self._depth + 1)
        return value if is_known(value) or isinstance(value, Unknown) else reference

    def _local(self, node: Traversal) -> Any:
        if not node.path:
            return self._opaque(node.text)
        raw = self._scope.local(str(node.path[0]))
        value = evaluate(raw, self._scope, resolve=self._resolve, depth=self._depth + 1)
        for step in node.path[1:]:
            value = _descend(value, step)
        if isinstance(value, Unknown) and not value.text:
            return self._opaque(node.text)
        return value

    def _call(self, node: Call) -> Any:
        function = FUNCTIONS.get(node.name)
        arguments = [self.node(argument) for argument in node.arguments]
        if function is not None:
            try:
                result = function(*arguments)
            except (TypeError, ValueError, ArithmeticError):
                result = None
            if result is not None:
                return result
        return self._opaque(node.text)

    def _opaque(self, text: str) -> Unknown:
        references = tuple(
            Reference(found, address=found) for found in dict.fromkeys(_RESOURCE.findall(text))
        )
        return Unknown(text, (), references, bool(_VOLATILE.search(text)))


def _address(node: Traversal) -> tuple[str, tuple[str | int, ...]]:
    names = (node.root, *node.path)
    length = 3 if node.root == "data" else 2
    head = names[:length]
    if len(head) < length or not all(isinstance(name, str) for name in head):
        return "", ()
    return ".".join(str(name) for name in head), names[length:]


def _descend(value: Any, step: str | int) -> Any:
    if isinstance(value, dict) and step in value:
        return value[str(step)]
    if isinstance(value, list) and isinstance(step, int) and step < len(value):
        return value[step]
    return Unknown()
