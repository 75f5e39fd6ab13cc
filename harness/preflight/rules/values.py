"""Rules on single values, and on values beside others, each a row of ``values.json``.

A row has ``arguments`` (resource type, empty for all -> path of the argument, or paths) and one of

- ``accepted``: pairs of the index of the error message and the pattern that the value, or each
  item, must match;
- ``given``: whether the argument must be set, or must not be;
- ``at_least``, ``more_than``: the argument beside it that must not be greater, and its default;
- ``same_as``: an argument that refers to a resource, its type, and its argument of the same value.

Optional are ``where`` (arguments by the pattern of the values for which the row applies; "" for
none, true for any, null for no argument or block), ``default`` (the value of an argument that is
absent), ``variant`` (the index of the error message), ``message`` and ``page``. A name in ``where``
is that of an argument beside it; with ``/`` of the resource; ``a>type>b`` is b of the resource to
which a refers.
"""

import re
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

from harness.preflight.configuration import Block, Resource, Unknown
from harness.preflight.registry import Inspection, Problems, add_rule, load

_DATA = load("values.json")
_MESSAGE = "{argument} is {value!r} ({length} characters)"
_SET = True
_OFF = (False, 0, "0", "false")


def _check(rows: list[Mapping[str, Any]], inspection: Inspection) -> Problems:
    for row in rows:
        for kind, paths in row["arguments"].items():
            resources = inspection.configuration.resources(*filter(None, [kind]))
            for path in [paths] if isinstance(paths, str) else paths:
                outer, _, name = path.rpartition(".")
                for resource in resources:
                    for block in resource.blocks_at(outer):
                        if block.written(name) or row.get("given") or "default" in row:
                            yield from _violations(resource, row, block, name)


def _violations(resource: Resource, row: Mapping[str, Any], block: Block, name: str) -> Problems:
    where: Mapping[str, Any] = row.get("where", {})
    for key, pattern in where.items():
        if not _applies(key, pattern, block, resource):
            return
    for variant, value, default in _wrong(row, block, name, resource):
        beside = [f"{k.strip('/')} {_shown(k, block, resource)}" for k, v in where.items() if v]
        beside += [f"no {k}" for k, v in where.items() if not v]
        text = row.get("message", default + (" beside {beside}" if beside else ""))
        details = {"argument": name, "value": value, "beside": ", ".join(beside)}
        text = text.format(**details, length=len(value))
        text += f" ({row['page']})" if "page" in row else ""
        yield resource.problem(text, variant=variant, argument=name, value=value)


def _shown(name: str, block: Block, resource: Resource) -> str:
    value = (resource if name.startswith("/") else block).value(name.strip("/"))
    return str(value).lower() if isinstance(value, str | bool | int) else ""


def _applies(name: str, pattern: Any, block: Block, resource: Resource) -> bool:
    place: Block | None = block
    if name[0] == "/":
        place, name = resource, name[1:]
    if ">" in name:
        reference, kind, name = name.split(">")
        place = resource.follow(reference, kind, within=place)
    if place is None:
        return False
    value = place.value(name)
    if pattern is None:
        return place.absent(name)
    if pattern is _SET:
        return place.refers(name) or (place.given(name) and value not in _OFF)
    known = value is not None or place.absent(name)
    if not known or isinstance(value, Unknown | dict):
        return False
    text = ",".join(map(str, value)) if isinstance(value, list) else place.text(name) or ""
    return re.fullmatch(pattern, text, re.DOTALL) is not None


def _wrong(
    row: Mapping[str, Any], block: Block, name: str, resource: Resource
) -> Iterator[tuple[int, str, str]]:
    """Yield the index of the error message, the value, and the default message."""
    variant, required = row.get("variant", 0), row.get("given")
    if required is True and not block.written(name):
        yield variant, "", "{argument} is not set"
    if required is False and _applies(name, _SET, block, resource):
        yield variant, "", "{argument} is set"
    value = block.value(name)
    if required is not None or (value is None and "default" not in row):
        return
    items = value if isinstance(value, list) else [block.text(name, row.get("default"))]
    for text in (str(item) for item in items if isinstance(item, str | int) and item != ""):
        for index, pattern in row.get("accepted", ()):
            if not re.fullmatch(pattern, text, re.DOTALL):
                yield index, text, _MESSAGE
                break
    if limit := row.get("at_least") or row.get("more_than"):
        low, high = block.number(*limit), block.number(name, row.get("default"))
        equal = low == high and "more_than" in row
        if low is not None and high is not None and (low > high or equal):
            yield variant, f"{high:g}, {limit[0]} {low:g}", "{argument} is {value}"
    if "same_as" in row:
        reference, kind, other = row["same_as"]
        target = resource.follow(reference, kind)
        expected = target.text(other) if target else None
        own = block.text(name)
        if target and expected and own and own != expected:
            yield variant, f"{own}, and {expected} in {target.address}", "{argument} is {value}"


for _id, _rows in _DATA.items():
    _types = dict.fromkeys(kind for row in _rows for kind in row["arguments"] if kind)
    add_rule(_id, partial(_check, _rows), types=tuple(_types))
