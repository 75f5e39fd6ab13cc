"""The attributes of a resource that a plan changes, without sensitive values.

https://developer.hashicorp.com/terraform/internals/json-format#change-representation
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from harness.core.redaction import MASK, redact

_UNKNOWN = "(known after apply)"
_LONGEST = 120
_SIDES = ("before", "after", "after_unknown", "before_sensitive", "after_sensitive")


@dataclass(frozen=True)
class AttributeChange:
    """The change of one attribute.

    Attributes:
        name: Path in the resource, such as ``capacity_provider_strategy[0].weight``.
        before: Prior value as JSON, truncated; masked when sensitive.
        after: Planned value, likewise.
    """

    name: str
    before: str
    after: str

    def __str__(self) -> str:
        return f"{self.name}: {self.before} -> {self.after}"


def changed_attributes(change: Mapping[str, Any]) -> tuple[AttributeChange, ...]:
    """Return the changes in an update of Terraform's plan JSON; none for create and delete."""
    if change.get("before") is None or change.get("after") is None:
        return ()
    return tuple(_differences("", _Sides(*map(change.get, _SIDES))))


class _Sides(NamedTuple):
    """One value before and after, with Terraform's marks of unknown and sensitive values."""

    before: Any
    after: Any
    unknown: Any
    before_sensitive: Any
    after_sensitive: Any

    def at(self, key: str | int) -> "_Sides":
        return _Sides(*(_get(side, key) for side in self))

    def keys(self) -> list[str] | list[int]:
        """Return the keys to compare one by one; none if the values are compared whole."""
        values = [self.before, self.after]
        if all(isinstance(value, dict) for value in values):
            unknown = self.unknown if isinstance(self.unknown, dict) else {}
            return sorted({*self.before, *self.after, *unknown})
        if all(isinstance(value, list) for value in values):
            return list(range(len(self.before))) if len(self.before) == len(self.after) else []
        return []


def _differences(path: str, sides: _Sides) -> Iterator[AttributeChange]:
    if sides.unknown is True:
        yield AttributeChange(path, _shown(sides.before, sides.before_sensitive), _UNKNOWN)
    elif keys := sides.keys():
        for key in keys:
            step = f"[{key}]" if isinstance(key, int) else f".{key}"
            yield from _differences((path + step).lstrip("."), sides.at(key))
    elif sides.before != sides.after:
        marks = [sides.before_sensitive, sides.after_sensitive]
        yield AttributeChange(path, _shown(sides.before, marks), _shown(sides.after, marks))


def _shown(value: Any, sensitive: Any) -> str:
    if _any_true(sensitive):
        return MASK
    text = redact(json.dumps(value))
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}..."


def _any_true(mark: Any) -> bool:
    if isinstance(mark, dict | list):
        return any(map(_any_true, mark.values() if isinstance(mark, dict) else mark))
    return mark is True


def _get(side: Any, key: str | int) -> Any:
    if isinstance(side, dict):
        return side.get(key)
    if isinstance(side, list):
        return side[key] if isinstance(key, int) and key < len(side) else None
    return side
