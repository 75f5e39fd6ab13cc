"""The functions and operators of the Terraform language that are evaluated before a deployment.

https://developer.hashicorp.com/terraform/language/functions; a function that is not in the table,
or that fails, has an unknown result. ``try``, ``can`` and the structural functions accept unknown
arguments; the others are called only with known ones.
"""

import ipaddress
import json
import math
import operator
import re
from collections.abc import Callable, Iterable, Mapping
from itertools import chain
from typing import Any

from harness.preflight.configuration.values import Encoded, Unknown, references_in

_VERB = re.compile(r"%(%|[-+# 0]*\d*(?:\.\d+)?[svdqtfgxX])")
_MAX_RANGE = 1024
NULL = object()
"""The result null; None: the result is unknown."""


def boolean(value: Any) -> bool | None:
    """Return a value as a boolean, None if it is none."""
    if value in ("true", "false"):
        return bool(value == "true")
    return value if isinstance(value, bool) else None


def _all(*values: Any) -> bool | None:
    known = [boolean(value) for value in values]
    return False if False in known else None if None in known else True


def _any(*values: Any) -> bool | None:
    result = _all(*map(_not, values))
    return None if result is None else not result


def _not(value: Any) -> bool | None:
    known = boolean(value)
    return None if known is None else not known


def _numeric(function: Callable[..., Any]) -> Callable[..., Any]:
    return lambda *values: function(*map(_number, values))


def _number(value: Any) -> int | float:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise TypeError(value)
    number = float(value)
    return int(number) if number.is_integer() else number


def _object(*items: Any) -> dict[str, Any] | None:
    """Return the object of keys and values in turn."""
    if not all(isinstance(key, str | int) for key in items[::2]):
        return None
    return {str(key): value for key, value in zip(items[::2], items[1::2], strict=True)}


def as_text(value: Any) -> str:
    """Return a scalar as text, as in a template."""
    if isinstance(value, bool):
        return str(value).lower()
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def template(text: str, pieces: Iterable[Any]) -> Any:
    """Return the concatenation of scalars; an Unknown with parts if one of them is unknown."""
    parts = tuple(p if isinstance(p, Unknown) else as_text(p) for p in pieces)
    if all(isinstance(part, str) for part in parts):
        return "".join(str(part) for part in parts)
    volatile = any(isinstance(p, Unknown) and p.volatile for p in parts)
    return Unknown(text, parts, tuple(references_in(list(parts))), volatile)


def _of(kind: Any, function: Callable[..., Any]) -> Callable[..., Any]:
    """Return a function whose result is unknown if its first argument is not of a kind."""
    return lambda value, *rest: function(value, *rest) if isinstance(value, kind) else None


def _same(value: Any) -> Any:
    return value


def _scalar(value: Any) -> Any:
    return None if isinstance(value, list | dict | Encoded) else value


def _concat(*lists: Any) -> list[Any] | None:
    return list(chain(*lists)) if all(isinstance(items, list) for items in lists) else None


def _flatten(items: Any) -> list[Any] | None:
    if not isinstance(items, list) or any(isinstance(item, Unknown) for item in items):
        return None
    return list(chain(*(_flatten(i) or [] if isinstance(i, list) else [i] for i in items)))


def _merge(*maps: Any) -> dict[str, Any] | None:
    known = [item for item in maps if item is not None]
    if not all(isinstance(item, dict) for item in known):
        return None
    return {key: value for item in known for key, value in item.items()}


def _coalesce(*values: Any) -> Any:
    for value in values:
        if value not in (None, ""):
            return None if isinstance(value, Unknown) else value
    return None


def _lookup(mapping: Any, key: Any, *default: Any) -> Any:
    if not isinstance(mapping, dict) or not isinstance(key, str):
        return None
    found = mapping[key] if key in mapping else (default or (None,))[0]
    return NULL if found is None and (key in mapping or default) else found


def _join(separator: str, *lists: Any) -> Any:
    items = _concat(*lists)
    if items is None:
        return None
    return template("join(...)", list(chain(*((separator, item) for item in items)))[1:])


def _format(pattern: str, *values: Any) -> Any:
    pieces, rest, position = [], list(values), 0
    for verb in _VERB.finditer(pattern):
        pieces.append(pattern[position : verb.start()])
        pieces.append("%" if verb[1] == "%" else _verb(verb[1], rest.pop(0)))
        position = verb.end()
    return template("format(...)", [*pieces, pattern[position:]])


def _verb(verb: str, value: Any) -> Any:
    if isinstance(value, Unknown):
        return value
    if verb[-1] in "sv":
        return f"%{verb[:-1]}s" % as_text(value)
    if verb[-1] == "q":
        return json.dumps(value)
    if verb[-1] == "t":
        return as_text(value)
    return f"%{verb}" % (int(value) if verb[-1] in "dxX" else float(value))


def _substr(text: str, offset: int, length: int) -> str:
    start = offset if offset >= 0 else len(text) + offset
    return text[start:] if length < 0 else text[start : start + length]


def _replace(text: str, old: str, new: str) -> str:
    if len(old) > 1 and old[0] == old[-1] == "/":
        return re.sub(old[1:-1], re.sub(r"\$\{?(\d+)\}?", r"\\\1", new), text)
    return text.replace(old, new)


def _cidrsubnet(prefix: str, bits: int, number: int) -> str:
    network = ipaddress.ip_network(prefix, strict=False)
    size = 2 ** (network.max_prefixlen - network.prefixlen - int(bits))
    address = network.network_address + int(number) * size
    return str(ipaddress.ip_network(f"{address}/{network.prefixlen + int(bits)}"))


def _range(*bounds: int) -> list[int] | None:
    numbers = range(*bounds)
    return list(numbers) if len(numbers) <= _MAX_RANGE else None


def _distinct(items: list[Any]) -> list[Any]:
    return [item for index, item in enumerate(items) if item not in items[:index]]


STRUCTURAL: Mapping[str, Callable[..., Any]] = {
    "!": _not,
    "&&": _all,
    "||": _any,
    "[]": lambda *items: list(items),
    "{}": _object,
    "coalesce": _coalesce,
    "concat": _concat,
    "element": _of(list, lambda items, index: items[int(index) % len(items)]),
    "flatten": _flatten,
    "format": _format,
    "join": _join,
    "jsonencode": Encoded,
    "keys": _of(dict, sorted),
    "length": _of(list | dict | str, len),
    "lookup": _lookup,
    "merge": _merge,
    "nonsensitive": _same,
    "one": _of(list, lambda i: i[0] if len(i) == 1 else (None if i else NULL)),
    "sensitive": _same,
    "slice": _of(list, lambda items, start, end: items[start:end]),
    "tobool": _scalar,
    "tolist": _of(list, _same),
    "tomap": _of(dict, _same),
    "tonumber": _scalar,
    "toset": _of(list, _distinct),
    "tostring": lambda v: as_text(v) if isinstance(v, bool | int | float) else _scalar(v),
    "values": _of(dict, lambda value: [value[key] for key in sorted(value)]),
}
"""Functions whose arguments may contain unknown values."""

PLAIN: Mapping[str, Callable[..., Any]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": _numeric(operator.lt),
    "<=": _numeric(operator.le),
    ">": _numeric(operator.gt),
    ">=": _numeric(operator.ge),
    "+": _numeric(operator.add),
    "-": _numeric(lambda first, *second: first - second[0] if second else -first),
    "*": _numeric(operator.mul),
    "/": _numeric(operator.truediv),
    "%": _numeric(operator.mod),
    "abs": abs,
    "alltrue": all,
    "anytrue": any,
    "basename": lambda text: text.rpartition("/")[2],
    "ceil": math.ceil,
    "cidrhost": lambda prefix, n: str(ipaddress.ip_network(prefix, strict=False)[int(n)]),
    "cidrsubnet": _cidrsubnet,
    "compact": lambda items: [item for item in items if item not in (None, "")],
    "contains": lambda items, value: value in items,
    "distinct": _distinct,
    "endswith": str.endswith,
    "floor": math.floor,
    "jsondecode": json.loads,
    "lower": str.lower,
    "max": lambda *numbers: max(numbers),
    "min": lambda *numbers: min(numbers),
    "range": _range,
    "replace": _replace,
    "reverse": lambda items: items[::-1],
    "setunion": lambda *sets: _distinct(list(chain(*sets))),
    "sort": sorted,
    "split": lambda separator, text: text.split(separator),
    "startswith": str.startswith,
    "substr": _substr,
    "sum": sum,
    "title": lambda text: re.sub(r"(?<!\w)\w", lambda m: m[0].upper(), text),
    "trim": str.strip,
    "trimprefix": str.removeprefix,
    "trimspace": str.strip,
    "trimsuffix": str.removesuffix,
    "upper": str.upper,
    "zipmap": lambda names, values: dict(zip(names, values, strict=True)),
}
"""Functions that are called with known arguments only."""
