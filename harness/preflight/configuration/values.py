"""Values of arguments in Terraform JSON: plain, references, or unknown."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

_NESTED = (dict, list, tuple)


@dataclass(frozen=True)
class Unknown:
    """A value that is not known before apply.

    Attributes:
        text: The expression; empty if unknown.
        parts: For a string template its literals and references, in order.
        references: Every resource reference in the expression.
        volatile: Whether two values of the same expression may differ (``count.index``).
    """

    text: str = ""
    parts: tuple["str | Unknown", ...] = ()
    references: tuple["Reference", ...] = ()
    volatile: bool = False


@dataclass(frozen=True)
class Reference(Unknown):
    """An attribute of another resource of the configuration.

    Attributes:
        address: The resource, without instance key: ``aws_lb.this``, ``data.aws_ami.image``.
        path: Instance keys, attribute, and the path into it; ``*`` for a splat.
    """

    address: str = ""
    path: tuple[str | int, ...] = ()

    @property
    def attribute(self) -> str:
        """The attribute's name; empty for the whole resource."""
        return next((str(p) for p in self.path if isinstance(p, str) and p.isidentifier()), "")

    @property
    def splat(self) -> bool:
        """Whether it is a splat: a list of values, one per instance."""
        return "*" in self.path


class Partial(dict[str, Any]):
    """A known object whose missing attributes have values that are not known."""


class Encoded:
    """The result of ``jsonencode``: the value before encoding."""

    def __init__(self, value: Any) -> None:
        self.value = value


def as_list(value: Any) -> list[Any]:
    """Return a list itself, and anything else as its only item."""
    return value if isinstance(value, list) else [value]


def leaves(value: Any) -> Iterator[Any]:
    """Yield the scalars in an evaluated value, known or not, at any depth."""
    if isinstance(value, _NESTED):
        for item in value.values() if isinstance(value, dict) else value:
            yield from leaves(item)
    else:
        yield value


def is_known(value: Any) -> bool:
    """Return whether a value and everything in it is known."""
    if isinstance(value, _NESTED):
        return not any(isinstance(leaf, Unknown) for leaf in leaves(value))
    return not isinstance(value, Unknown)


def same(one: Any, other: Any) -> bool | None:
    """Return whether two values are equal; None if uncertain."""
    if not isinstance(one, Unknown) and not isinstance(other, Unknown):
        return bool(one == other)
    if not isinstance(one, Unknown) or not isinstance(other, Unknown):
        return None
    if one.volatile or other.volatile or not one.text:
        return None
    return True if one.text == other.text else None


def is_traceable(value: Any) -> bool:
    """Return whether it is certain which resources a value references: it has no variables."""
    return all(
        isinstance(leaf, Reference) or (bool(leaf.parts) and is_traceable(leaf.parts))
        for leaf in leaves(value)
        if isinstance(leaf, Unknown)
    )


def references_in(value: Any) -> Iterator[Reference]:
    """Yield every reference in an evaluated value, at any depth."""
    for leaf in leaves(value):
        if isinstance(leaf, Reference):
            yield leaf
        if isinstance(leaf, Unknown):
            yield from leaf.references
