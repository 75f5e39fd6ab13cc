"""Compares replies field by field: with recordings of AWS, and with botocore's output shapes.

``replies.json`` says of each operation how many replies were recorded, which field paths they had
(``Vpcs[].Tags[].Key``), how often, and of what kind. It has facts only; some recordings are old.
``explained.toml`` has the differences that stay, each with its reason.
"""

import json
import tomllib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import Any

from botocore.model import ListShape, MapShape, Shape, StructureShape

from tests.unit.harness.checks.recording import Exchange, operation_model

_FOLDER = Path(__file__).parent
_KINDS = {bool: "true/false", int: "number", float: "number", str: "text", datetime: "time"}


@dataclass(frozen=True)
class Parity:
    """The comparison of one operation.

    Attributes:
        operation: Service as boto3 names it and operation: ``ec2.DescribeVpcs``.
        recordings: Number of recorded replies; 0: compared with the output shape alone.
        agreed: Fields that AWS always sends, and we do, of the same kind.
        explained: Difference -> reason.
        unexplained: Differences without a reason.
        ours_alone: Fields that we send and no recording has.
    """

    operation: str
    recordings: int
    agreed: int
    explained: Mapping[str, str]
    unexplained: tuple[str, ...]
    ours_alone: tuple[str, ...]


def compare(exchanges: Iterable[Exchange]) -> list[Parity]:
    """Compare all replies of each operation, by name."""
    replies: dict[str, list[Exchange]] = defaultdict(list)
    for each in exchanges:
        replies[each.name].append(each)
    return [_compare(name, replies[name]) for name in sorted(replies)]


def _compare(name: str, exchanges: list[Exchange]) -> Parity:
    service, _, operation = name.partition(".")
    shape = operation_model(service, operation).output_shape
    assert shape is not None, f"{name} returns nothing"
    recorded = _recorded().get(name, {"replies": 0, "fields": {}})
    fields: dict[str, dict[str, Any]] = recorded["fields"]
    ours: dict[str, set[str]] = defaultdict(set)
    differences: set[str] = set()
    always = _always(fields, recorded["replies"])
    for reply in (each.response for each in exchanges):
        for path, value in _walk(reply, shape, ""):
            ours[path].add(_kind(value))
            if isinstance(value, Mapping):
                children = always.get(path, ())
                differences |= {
                    f"{child} is missing" for child in children if not _has(value, child)
                }
        differences |= set(_shape_errors(reply, shape, ""))
    for path, kinds in ours.items():
        if path in fields and not kinds <= set(fields[path]["kind"].split("|")):
            differences.add(f"{path} is {'/'.join(sorted(kinds))}, not {fields[path]['kind']}")
    reasons = {each: reason for each in differences if (reason := _reason(name, each))}
    required = [child for parent in always if parent in ours for child in always[parent]]
    lacking = {each.removesuffix(" is missing") for each in differences}
    return Parity(
        name,
        recorded["replies"],
        agreed=sum(child not in lacking for child in required),
        explained=dict(sorted(reasons.items())),
        unexplained=tuple(sorted(differences - reasons.keys())),
        ours_alone=tuple(sorted(ours.keys() - fields.keys() - {""})) if fields else (),
    )


def _always(fields: Mapping[str, Mapping[str, Any]], replies: int) -> dict[str, list[str]]:
    """Return path of an object -> paths of the fields that it always had."""
    found: dict[str, list[str]] = defaultdict(list)
    for path, field in fields.items():
        parent = path.rpartition(".")[0]
        if path.endswith(("[]", ".*")):
            continue
        seen = fields[parent]["seen"] if parent else replies
        if field["seen"] >= seen:
            found[parent].append(path)
    return found


def _has(value: Mapping[str, Any], path: str) -> bool:
    return path.rpartition(".")[2] in value


def _walk(value: Any, shape: Shape, path: str) -> Iterator[tuple[str, Any]]:
    """Yield path and value of a reply and of everything in it."""
    yield path, value
    if isinstance(value, Mapping) and isinstance(shape, StructureShape):
        for name, each in value.items():
            yield from _walk(each, shape.members[name], f"{path}.{name}" if path else name)
    elif isinstance(value, Mapping) and isinstance(shape, MapShape):
        for each in value.values():
            yield from _walk(each, shape.value, f"{path}.*")
    elif isinstance(value, list) and isinstance(shape, ListShape):
        for each in value:
            yield from _walk(each, shape.member, f"{path}[]")


def _shape_errors(value: Any, shape: Shape, path: str) -> Iterator[str]:
    """Yield the required members that are missing, and words that botocore does not list."""
    if isinstance(value, Mapping) and isinstance(shape, StructureShape):
        for name in shape.required_members:
            if name not in value:
                yield f"{path}.{name} is missing".removeprefix(".")
        for name, each in value.items():
            yield from _shape_errors(each, shape.members[name], f"{path}.{name}".removeprefix("."))
    elif isinstance(value, list) and isinstance(shape, ListShape):
        for each in value:
            yield from _shape_errors(each, shape.member, f"{path}[]")
    elif (words := getattr(shape, "enum", None)) and value not in words:
        yield f"{path} is {value!r}, which AWS does not list"


def _kind(value: Any) -> str:
    if isinstance(value, Mapping):
        return "object"
    return "list" if isinstance(value, list) else _KINDS[type(value)]


@cache
def _recorded() -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = json.loads((_FOLDER / "replies.json").read_text())
    return found


@cache
def _explanations() -> list[dict[str, Any]]:
    tables: list[dict[str, Any]] = tomllib.loads((_FOLDER / "explained.toml").read_text())[
        "explained"
    ]
    return tables


def _reason(operation: str, difference: str) -> str:
    for each in _explanations():
        if fnmatchcase(operation, each["operation"]) and any(
            fnmatchcase(difference, pattern) for pattern in each["differences"]
        ):
            return str(each["reason"])
    return ""
