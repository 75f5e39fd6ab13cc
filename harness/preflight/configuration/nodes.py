"""The nodes of parsed expressions, and the references in them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

RESOURCE = re.compile(r"(?<![\w.-])((?:data\.)?[a-z][a-z0-9]*_\w+\.[A-Za-z_][\w-]*)")
MODULE_PATH = re.compile(r'(?:module\.[\w-]+(?:\[(?:"(?:[^"\\]|\\.)*"|\d+)\])?\.)*')
"""The modules in an address, with their instance keys and the last dot; perhaps empty."""
_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"')


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
    path: tuple[str | int, ...] = ()

    def __hash__(self) -> int:
        return hash(self.text)  # which a string computes once

    @cached_property
    def resource(self) -> tuple[str, tuple[str | int, ...]]:
        """Its first names, the address if it refers to a resource, and the path after them."""
        names = (self.root, *self.path)
        length = 3 if self.root == "data" else 2
        head = [name for name in names[:length] if isinstance(name, str)]
        return (".".join(head), names[length:]) if len(head) == length else ("", ())


@dataclass(frozen=True)
class Call:
    """A function call, or another operation on expressions.

    Attributes:
        name: The function; an operator (``?`` is the conditional expression); ``[]`` for a list,
            ``{}`` for an object (keys and values in turn), ``"`` for a template (its literals and
            interpolations), ``[`` for a path into an expression: ``f(x)[0].a``; ``...`` for the
            expanded last argument of a function.
    """

    text: str
    name: str
    arguments: tuple["Node", ...] = ()


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


Node = Literal | Opaque | Traversal | Call | For


def traversals(node: Node | None, bound: frozenset[str] = frozenset()) -> Iterator[Traversal]:
    """Yield every reference in a node, except to the variables of ``for`` expressions."""
    if isinstance(node, Traversal):
        if node.root not in bound:
            yield node
    elif isinstance(node, Opaque):  # no more than what looks like a resource
        for text in RESOURCE.findall(_QUOTED.sub("", node.text)):
            root, *path = text.split(".")
            yield Traversal(text, root, tuple(path))
    elif isinstance(node, Call):
        for argument in node.arguments:
            yield from traversals(argument, bound)
    elif isinstance(node, For):
        yield from traversals(node.collection, bound)
        for part in (node.value, node.key, node.condition):
            yield from traversals(part, bound | frozenset(node.names))
