"""Values of arguments in Terraform JSON: plain, references, or unknown."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any


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


def is_known(value: Any) -> bool:
    """Return whether a value and everything in it is known."""
    if isinstance(value, Unknown):
        return False
    if isinstance(value, dict):
        return all(is_known(item) for item in value.values())
    if isinstance(value, list | tuple):
        return all(is_known(item) for item in value)
    return True


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
    if isinstance(value, Reference):
        return True
    if isinstance(value, Unknown):
        return bool(value.parts) and all(is_traceable(part) for part in value.parts)
    if isinstance(value, dict):
        return all(is_traceable(item) for item in value.values())
    return all(is_traceable(item) for item in value) if isinstance(value, list) else True


def references_in(value: Any) -> Iterable[Reference]:
    """Yield every reference in an evaluated value, at any depth."""
    if isinstance(value, Reference):
        yield value
    if isinstance(value, Unknown):
        yield from value.references
    elif isinstance(value, dict):
        for item in value.values():
            yield from references_in(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from references_in(item)
