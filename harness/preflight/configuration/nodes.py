"""The nodes of parsed expressions, and the references in them."""

from collections.abc import Iterator
from dataclasses import dataclass, fields


@dataclass(frozen=True)
class Literal:
    """A string, number, boolean or null."""

    value: str | int | float | bool | None


@dataclass(frozen=True)
class Opaque:
    """An expression that is not parsed; only its text is kept."""

    text: str


@dataclass(frozen=True)
class Traversal:
    """A reference: ``aws_lb.this.arn`` is root ``aws_lb`` and path ``("this", "arn")``."""

    text: str
    root: str
    path: tuple[str | int, ...]


@dataclass(frozen=True)
class Access:
    """A path into another expression: ``f(x)[0].a``, ``var.names[count.index]``."""

    text: str
    base: "Node"
    path: tuple["Node", ...]


@dataclass(frozen=True)
class Call:
    """A function call; ``expanded`` if its last argument has ``...``."""

    text: str
    name: str
    arguments: tuple["Node", ...]
    expanded: bool = False


@dataclass(frozen=True)
class Operation:
    """An operator and its operands; ``?`` is the conditional expression."""

    text: str
    operator: str
    operands: tuple["Node", ...]


@dataclass(frozen=True)
class For:
    """A ``for`` expression; without ``key`` its result is a list, else an object.

    Attributes:
        names: Its variables: the value, or key and value.
        grouped: Whether values of equal keys are collected (``...``).
    """

    text: str
    names: tuple[str, ...]
    collection: "Node"
    value: "Node"
    key: "Node | None" = None
    condition: "Node | None" = None
    grouped: bool = False


@dataclass(frozen=True)
class ListNode:
    """A list of expressions."""

    items: tuple["Node", ...]


@dataclass(frozen=True)
class ObjectNode:
    """An object of expressions; a key that is not an expression is a string."""

    items: tuple[tuple["str | Node", "Node"], ...]


@dataclass(frozen=True)
class Template:
    """A string with interpolations: literals and expressions, in order."""

    text: str
    parts: tuple["Node", ...]


Node = (
    Literal
    | Opaque
    | Traversal
    | Access
    | Call
    | Operation
    | For
    | ListNode
    | ObjectNode
    | Template
)


def traversals(node: object, bound: frozenset[str] = frozenset()) -> Iterator[Traversal]:
    """Yield every reference in a node, except to the variables of ``for`` expressions."""
    if isinstance(node, Traversal):
        if node.root not in bound:
            yield node
    elif isinstance(node, For):
        yield from traversals(node.collection, bound)
        inner = bound | frozenset(node.names)
        for part in (node.value, node.key, node.condition):
            yield from traversals(part, inner)
    elif isinstance(node, tuple):
        for item in node:
            yield from traversals(item, bound)
    elif isinstance(node, Access | Call | Operation | ListNode | ObjectNode | Template):
        for field in fields(node):
            yield from traversals(getattr(node, field.name), bound)
