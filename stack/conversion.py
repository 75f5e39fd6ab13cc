"""Conversion between JSON values and the types of the configuration's fields."""

from collections.abc import Mapping
from typing import Any

from .errors import ConfigError

_SCALARS: dict[Any, tuple[tuple[type, ...], str]] = {
    str: ((str,), "a text"),
    int: ((int,), "a whole number"),
    float: ((int, float), "a number"),
    bool: ((bool,), "true or false"),
    str | None: ((str, type(None)), "a text or nothing"),
}


def typed(name: str, value: Any, hint: Any) -> Any:
    """Return ``value`` as the type ``hint`` of field ``name``; lists become tuples or sets.

    Raises:
        ConfigError: The value is not of that type.
    """
    if hint in _SCALARS:
        return _scalar(name, value, hint)
    if hint == Mapping[str, str]:
        return _texts_by_name(name, value)
    container = tuple if hint == tuple[str, ...] else frozenset
    return container(_texts(name, value))


def plain(value: Any) -> Any:
    """Return ``value`` in JSON-compatible types; sets are sorted."""
    if isinstance(value, frozenset):
        return sorted(str(item) for item in value)
    if isinstance(value, tuple):
        return list(value)
    return dict(value) if isinstance(value, Mapping) else value


def _scalar(name: str, value: Any, hint: Any) -> Any:
    types, expected = _SCALARS[hint]
    if not isinstance(value, types) or (isinstance(value, bool) and bool not in types):
        raise ConfigError(name, value, f"must be {expected}")
    return value


def _texts(name: str, value: Any) -> list[str]:
    if not isinstance(value, list | tuple | set | frozenset) or not _all_texts(value):
        raise ConfigError(name, value, "must be a list of texts")
    return list(value)


def _texts_by_name(name: str, value: Any) -> Mapping[str, str]:
    if not isinstance(value, Mapping) or not _all_texts([*value.keys(), *value.values()]):
        raise ConfigError(name, value, "must have texts as names and values")
    return value


def _all_texts(values: Any) -> bool:
    return all(isinstance(value, str) for value in values)
