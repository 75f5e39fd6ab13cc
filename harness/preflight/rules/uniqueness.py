"""Rules on names, and on settings of one parent, that two resources cannot share.

``uniqueness.json`` has, by rule and resource type, the arguments that must differ together; ``?``
marks an argument that may be absent. AWS refuses the second resource, or replaces the first by it.
"""

from collections.abc import Hashable, Iterator, Mapping
from functools import partial
from typing import Any

from harness.preflight.configuration import Reference, Resource, Unknown
from harness.preflight.configuration.functions import as_text
from harness.preflight.registry import Inspection, Problems, add_rule, load

_DATA = load("uniqueness.json")
_PARENTS = ("aws_s3_bucket", "aws_iam_role", "aws_ecs_cluster", "aws_ecr_repository")


def _shared(table: Mapping[str, list[list[str]]], inspection: Inspection) -> Problems:
    for kind, groups in table.items():
        resources = inspection.configuration.resources(kind)
        for group in groups:
            seen: dict[Hashable, Resource] = {}
            for resource in resources:
                for text in _conflicts(resource, group, seen):
                    yield resource.problem(text, value=_text(resource, group[-1]))


def _conflicts(
    resource: Resource, group: list[str], seen: dict[Hashable, Resource]
) -> Iterator[str]:
    key = _key(resource, group)
    if key is None or resource.conditional:
        return
    shown = " and ".join(name for name in group if not name.endswith("?"))
    if resource.repeated:
        yield f"every instance has the same {shown}"
    first = seen.setdefault(key, resource)
    if first is not resource:
        yield f"{shown} {_text(resource, group[0])} is also that of {first.address}"


def _text(resource: Resource, argument: str) -> str:
    value = resource.unresolved(argument)
    return value.text if isinstance(value, Unknown) else repr(value)


def _key(resource: Resource, group: list[str]) -> Hashable | None:
    """Return what must be unique; None if it is not known, or differs between instances."""
    key: list[Hashable] = [resource.provider]
    for name in ("region?", *group):
        value = _identity(resource, name.rstrip("?"))
        if value is None or (value == "" and not name.endswith("?")):
            return None
        key.append(value)
    return tuple(key)


def _identity(resource: Resource, argument: str) -> str | None:
    """Return the identity of a value: its text, or what it refers to; empty if absent."""
    value = resource.unresolved(argument)
    if isinstance(value, Reference):
        target = resource.configuration.find(value.address)
        if value.splat or target is None or target.repeated or not target.managed:
            return None
        return f"&{value.address}"
    found = resource.configuration.resource_of(value, *_PARENTS)
    if found is not None:
        return f"&{found.address}"
    return _plain(value)


def _plain(value: Any) -> str | None:
    if isinstance(value, Unknown):
        return f"${value.text}" if value.text and not value.volatile else None
    if isinstance(value, list):
        items = [_plain(item) for item in value]
        return None if None in items else ",".join(sorted(filter(None, items)))
    return "" if value is None else as_text(value)


for _id, _table in _DATA.items():
    add_rule(_id, partial(_shared, _table))
