"""Untrusted JSON files as dataclasses: every field has the declared type, or reading fails."""

import json
import types
import typing
from collections.abc import Mapping
from dataclasses import MISSING, fields
from enum import Enum
from pathlib import Path
from typing import Any, TypeVar

T = TypeVar("T")


def read_json(path: Path, kind: type[T]) -> T:
    """Return the object in a JSON file as an instance of a dataclass.

    The fields of the dataclass are scalars, enumerations, ``X | None`` or mappings.

    Raises:
        OSError: It cannot be read.
        ValueError: It is no JSON object, or a field is missing, unknown or of another type.
    """
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
    except RecursionError:
        raise ValueError("nested too deeply") from None
    return from_json(values, kind)


def from_json(values: object, kind: type[T]) -> T:
    """Return decoded JSON as an instance of a dataclass; see ``read_json``.

    Raises:
        ValueError: It is no object, or a field is missing, unknown or of another type.
    """
    if not isinstance(values, dict):
        raise ValueError(f"a JSON {type(values).__name__}, not an object")  # noqa: TRY004
    hints = typing.get_type_hints(kind)
    known = {each.name: each for each in fields(kind)}  # type: ignore[arg-type]
    if unknown := values.keys() - known.keys():
        raise ValueError(f"unknown fields: {', '.join(sorted(unknown))}")
    required = {
        name
        for name, each in known.items()
        if each.default is MISSING and each.default_factory is MISSING
    }
    if missing := required - values.keys():
        raise ValueError(f"missing fields: {', '.join(sorted(missing))}")
    return kind(**{name: _value(name, value, hints[name]) for name, value in values.items()})


def _value(name: str, value: Any, hint: Any) -> Any:
    if isinstance(hint, type) and issubclass(hint, Enum):
        return hint(value)  # raises ValueError for an unknown value
    if not _matches(value, hint):
        raise ValueError(f"{name} is a {type(value).__name__}: {str(value)[:80]!r}")
    return value


def _matches(value: Any, hint: Any) -> bool:
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if hint is Any:
        return True
    if origin in (types.UnionType, typing.Union):
        return any(_matches(value, each) for each in arguments)
    if origin is Mapping:
        return isinstance(value, dict) and all(_matches(v, arguments[1]) for v in value.values())
    if hint is float:
        return isinstance(value, int | float) and not isinstance(value, bool)
    return type(value) is hint
