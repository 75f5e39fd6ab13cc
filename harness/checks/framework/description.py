"""Whole descriptions of resources: every configured value against every value that AWS returns."""

import json
import re
import tomllib
from base64 import b64encode
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

# Kind -> identifier -> description. Paths are those of the API ("HealthCheckPath"); see
# ``differences`` for what is equal.
Descriptions = Mapping[str, Mapping[str, Mapping[str, Any]]]

# Left out of every comparison: the checks of the tags compare these, and all is in one account.
_NEVER = ("Tags", "TagList", "OwnerId")
# The items of a list are named by the first of these that all of them have.
_NAMES = ("Name", "name", "Key", "key", "Sid", "ParameterName")
# The order of the items matters in these lists alone.
_ORDERED = frozenset({"command", "entrypoint"})
_INDEX = re.compile(r"\[[^]]*\]")


@dataclass(frozen=True)
class Comparison:
    """How the descriptions of one kind of resource are compared.

    Attributes:
        left_out: Path in a response of AWS -> why it is not compared; with all below it.
        fixed: Path -> value that AWS sets where no configuration does.
        defaults: Path -> value that AWS may or may not return for what is not set.
    """

    kind: str
    left_out: Mapping[str, str] = field(default_factory=dict)
    fixed: Mapping[str, Any] = field(default_factory=dict)
    defaults: Mapping[str, Any] = field(default_factory=dict)

    def differences(
        self, expected: Mapping[str, Any], observed: Mapping[str, Any]
    ) -> Iterator[str]:
        """Yield every difference between two descriptions, over the paths of both.

        A path that only one of them has is a difference, unless its value is empty, false or
        zero: AWS may or may not return what is not set. Names are equal without case and
        underscores, a list of one item equals its item, lists are equal in any order, and JSON
        text equals the value that it has. Numbers and text are different.
        """
        sides = (self.compared({**flattened(self.fixed), **expected}), self.compared(observed))
        items = [{"", *map(_item, side)} for side in sides]
        for item in sorted(items[0] ^ items[1]):
            yield f"{item} {'is missing' if item in items[0] else 'is not configured'}"
        for key in sorted(sides[0].keys() | sides[1].keys()):
            (path, value), (seen_path, seen) = (side.get(key, ("", None)) for side in sides)
            same = value == seen and isinstance(value, bool) == isinstance(seen, bool)
            if not same and _item(key) in items[0] & items[1]:
                yield f"{seen_path or path}: expected {_shown(value)}, seen: {_shown(seen)}"

    def compared(self, description: Mapping[str, Any]) -> dict[str, tuple[str, Any]]:
        """Return canonical path -> path and value of everything that is compared."""
        left_out = {_canonical(path) for path in (*_NEVER, *self.left_out)}
        defaults = {_canonical(path): value for path, value in self.defaults.items()}
        return {
            key: (path, value)
            for path, value in flattened(description).items()
            if left_out.isdisjoint(_prefixes(key := _canonical(path)))
            and value != defaults.get(_INDEX.sub("", key))
        }


_TABLES = tomllib.loads(Path(__file__).with_name("comparisons.toml").read_text(encoding="utf-8"))
COMPARISONS = {kind: Comparison(kind, **tables) for kind, tables in _TABLES.items()}


def flattened(value: Any, path: str = "") -> dict[str, Any]:
    """Return path -> value of everything that is set in a description."""
    value = _parsed(value)
    if isinstance(value, Mapping):
        if value.keys() == {"Quantity", "Items"}:  # a list of CloudFront
            return flattened(value["Items"], path)
        return {
            inner: leaf
            for key, item in value.items()
            if key not in ("Quantity", "ResponseMetadata")
            for inner, leaf in flattened(item, _joined(path, str(key))).items()
        }
    if isinstance(value, list | tuple | set | frozenset):
        return _flattened_items([_parsed(item) for item in value], path)
    return {path: value} if value else {}


def contains(value: Any, text: str) -> bool:
    """Whether any text in a value contains another, as it is, quoted or encoded."""
    forms = {text, quote(text, safe=""), json.dumps(text)[1:-1], b64encode(text.encode()).decode()}
    if isinstance(value, Mapping):
        return any(contains(key, text) or contains(item, text) for key, item in value.items())
    if isinstance(value, list | tuple):
        return any(contains(item, text) for item in value)
    return isinstance(value, str) and any(form in value for form in forms)


def named(items: Iterable[Any], name: Callable[[Any], str]) -> dict[str, Any]:
    """Return a list as a mapping, for a description whose items have no common name."""
    return {f"[{name(item)}]": item for item in items}


def _joined(path: str, key: str) -> str:
    return f"{path}.{key}" if path and key[:1] != "[" else f"{path}{key}"


def _flattened_items(items: list[Any], path: str) -> dict[str, Any]:
    if len(items) == 1:
        return flattened(items[0], path)
    if not any(isinstance(item, Mapping) for item in items):
        ordered = _canonical(path).rpartition(".")[2] in _ORDERED
        return {path: items if ordered else sorted(items, key=str)} if items else {}
    name = next((n for n in _NAMES if all(n in item for item in items)), None)
    names = [item[name] for item in items] if name else []
    if len(set(names)) != len(items):
        items = sorted(items, key=lambda item: json.dumps(item, sort_keys=True, default=str))
        names = list(range(len(items)))
    return {
        inner: leaf
        for each, item in zip(names, items, strict=True)
        for inner, leaf in flattened(item, f"{path}[{each}]").items()
    }


def _parsed(value: Any) -> Any:
    """Return the value of JSON text (a policy, container definitions), else the value itself."""
    if isinstance(value, str) and value[:1] in ("{", "["):
        try:
            return json.loads(value)
        except ValueError:
            return value
    return value


def _canonical(path: str) -> str:
    return path.replace("_", "").lower()


def _item(path: str) -> str:
    """Return the named item of a list that a path is in; empty outside of lists."""
    return path[: path.rfind("]") + 1]


def _prefixes(path: str) -> Iterator[str]:
    parts = _INDEX.sub("", path).split(".")
    return (".".join(parts[: count + 1]) for count in range(len(parts)))


def _shown(value: Any) -> str:
    return "nothing" if value is None else repr(value)
