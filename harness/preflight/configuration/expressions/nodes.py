"""The syntax tree of Terraform expressions."""

from dataclasses import dataclass


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
class Call:
    """A function call."""

    text: str
    name: str
    arguments: tuple["Node", ...]


@dataclass(frozen=True)
class ListNode:
    """A list of expressions."""

    items: tuple["Node", ...]


@dataclass(frozen=True)
class ObjectNode:
    """An object of expressions."""

    items: tuple[tuple[str, "Node"], ...]


@dataclass(frozen=True)
class Template:
    """A string with interpolations: literals and expressions, in order."""

    text: str
    parts: tuple["Node", ...]


Node = Literal | Opaque | Traversal | Call | ListNode | ObjectNode | Template
