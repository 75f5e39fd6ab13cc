"""Evaluate expressions of Terraform JSON without Terraform.

Values that are not known before apply are ``Unknown`` or ``Reference``.
"""

import ipaddress
import re
from collections.abc import Callable, Mapping
from typing import Any, Protocol

from harness.preflight.configuration.parser import (
    Call,
    ListNode,
    Literal,
    Node,
    ObjectNode,
    Opaque,
    Template,
    Traversal,
    parse_template,
)
from harness.preflight.configuration.values import (
    Encoded,
    Reference,
    Unknown,
    is_known,
    references_in,
)

_MAX_DEPTH = 60
_VOLATILE = re.compile(r"\b(count|each|self)\.|\b(uuid|timestamp|plantimestamp|bcrypt)\(")
_RESOURCE = re.compile(r"\b((?:data\.)?[a-z][a-z0-9]*_\w+\.[A-Za-z_][\w-]*)")
_UNKNOWN_ROOTS = {"var", "each", "count", "path", "terraform", "module", "self", "ephemeral"}


class Scope(Protocol):
    """Resolves the names in expressions."""

    def local(self, name: str) -> Any:
        """Return the raw value of a local, Unknown if not declared."""

    def attribute(self, reference: Reference) -> Any:
        """Return the raw value of a referenced argument; the reference if it is computed."""


def evaluate(raw: Any, scope: Scope, *, resolve: bool = True, depth: int = 0) -> Any:
    """Evaluate a raw value of Terraform JSON.

    Args:
        raw: A JSON value; strings may be templates.
        scope: Resolves names.
        resolve: Whether references to configured arguments are replaced by their values.
        depth: Nesting of references so far.

    Returns:
        Plain values, with Unknown and Reference for values that are not known before apply.
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
            return "".join(_as_text(part) for part in parts)
        pieces = tuple(p if isinstance(p, Unknown) else _as_text(p) for p in parts)
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
        function = _FUNCTIONS.get(node.name)
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


def _as_text(value: Any) -> str:
    """Return a scalar as text, as in a template."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _scalar(value: Any) -> Any:
    return None if isinstance(value, list | dict | Encoded) else value


def _list(value: Any) -> list[Any] | None:
    return value if isinstance(value, list) else None


def _concat(*lists: Any) -> list[Any] | None:
    if not all(isinstance(items, list) for items in lists):
        return None
    return [item for items in lists for item in items]


def _join(separator: Any, items: Any) -> str | None:
    if not isinstance(separator, str) or not is_known(items):
        return None
    return separator.join(_as_text(item) for item in items)


def _cidrsubnet(prefix: Any, bits: Any, number: Any) -> str | None:
    if not all(is_known(argument) for argument in (prefix, bits, number)):
        return None
    network = ipaddress.ip_network(prefix, strict=False)
    size = 2 ** (network.max_prefixlen - network.prefixlen - int(bits))
    address = network.network_address + int(number) * size
    return str(ipaddress.ip_network(f"{address}/{network.prefixlen + int(bits)}"))


_FUNCTIONS: Mapping[str, Callable[..., Any]] = {
    "jsonencode": Encoded,
    "tostring": _scalar,
    "tonumber": _scalar,
    "tobool": _scalar,
    "sensitive": _scalar,
    "nonsensitive": _scalar,
    "tolist": _list,
    "toset": _list,
    "concat": _concat,
    "join": _join,
    "lower": lambda text: text.lower() if isinstance(text, str) else None,
    "upper": lambda text: text.upper() if isinstance(text, str) else None,
    "cidrsubnet": _cidrsubnet,
}
