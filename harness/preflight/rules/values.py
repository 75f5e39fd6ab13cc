"""Rules on single values, each a row of ``values.json``.

A row has ``arguments`` (resource type, empty for all -> path of the argument), ``accepted`` (pairs
of the index of the error message and the pattern that the value must match), and optionally
``where`` (arguments with the values for which it applies), ``default`` (the value of an argument
that is absent) and ``message``.
"""

import json
import re
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from harness.preflight.configuration import Block, Resource
from harness.preflight.registry import Inspection, Problems, add_rule

_DATA = json.loads(Path(__file__).with_name("values.json").read_text(encoding="utf-8"))
_MESSAGE = "{argument} is {value!r} ({length} characters)"


def blocks_of(block: Block, path: list[str]) -> Iterator[Block]:
    """Yield the nested blocks at a path of names."""
    if not path:
        yield block
    elif path[0] in block or path[0] in block.dynamic_names:
        for inner in block.possible_blocks(path[0]):
            yield from blocks_of(inner, path[1:])


def _check(rows: list[Mapping[str, Any]], inspection: Inspection) -> Problems:
    for row in rows:
        for kind, path in row["arguments"].items():
            for resource in inspection.configuration.resources(*filter(None, [kind])):
                yield from _violations(resource, row, path)


def _violations(resource: Resource, row: Mapping[str, Any], path: str) -> Problems:
    *outer, argument = path.split(".")
    for block in blocks_of(resource, outer):
        if argument not in block and "default" not in row:
            continue
        value = block.text(argument, row.get("default"))
        if not value or any(resource.text(n) != v for n, v in row.get("where", {}).items()):
            continue
        wrong = [i for i, pattern in row["accepted"] if not re.fullmatch(pattern, value, re.DOTALL)]
        if wrong:
            text = row.get("message", _MESSAGE)
            text = text.format(argument=argument, value=value, length=len(value))
            yield resource.problem(text, variant=wrong[0], argument=argument, value=value)


for _id, _rows in _DATA.items():
    _types = dict.fromkeys(kind for row in _rows for kind in row["arguments"] if kind)
    add_rule(_id, partial(_check, _rows), types=tuple(_types))
