"""The JSON documents in arguments, against what the service accepts.

``documents.json`` has their members by resource type and argument; those of containers are of
botocore's service model, by ``python -m tests.record_documents``. A value ``is`` an object (with
``members`` and ``required`` ones, ``a|b`` for one of both, ``when`` for those that the value of
another requires, and ``closed`` if others are refused; or ``values`` for a map), a list (of
``items``, with ``unique`` values of a member), a text, an integer or a boolean, and has an
``enum``, ``min``, ``max`` or ``pattern``.
"""

import re
from collections.abc import Mapping
from typing import Any

from harness.preflight.configuration import Resource, Unknown
from harness.preflight.registry import Problems, load, resource_rule

_DATA = load("documents.json")
CONTAINER: Mapping[str, Any] = _DATA["container"]
_ARGUMENTS: Mapping[str, Mapping[str, Any]] = _DATA["arguments"]
_TYPES = dict[str, Any](object=dict, list=list, text=str, integer=(int, float), boolean=bool)


@resource_rule("api/document", *_ARGUMENTS)
def document(resource: Resource) -> Problems:
    """A JSON document has a member of a wrong type or value, or lacks one that is required."""
    for argument, spec in _ARGUMENTS[resource.type].items():
        try:
            value = resource.document(argument)
        except ValueError as error:
            yield resource.problem(f"{argument} is not JSON: {error}", variant=1)
            continue
        if value != "":
            for text in violations(spec, value):
                yield resource.problem(f"{argument}{text} ({spec['page']})")


def violations(spec: Mapping[str, Any], value: Any) -> list[str]:
    """Return what is wrong with a value, after its place; a reference is never wrong."""
    if not spec or value is None or isinstance(value, Unknown):
        return []
    kind = spec.get("is", "")
    unlike = kind and not isinstance(value, _TYPES[kind])
    if unlike or (kind == "integer" and isinstance(value, bool)):
        return [f" is not {'an' if kind[0] in 'aeiou' else 'a'} {kind}"]
    if isinstance(value, dict):
        return _members(spec, value)
    if isinstance(value, list):
        return _items(spec, value)
    return _scalar(spec, value) if len(spec) > bool(kind) or kind == "integer" else []


def _items(spec: Mapping[str, Any], value: list[Any]) -> list[str]:
    key, each = spec.get("unique", ""), spec.get("items", {})
    keys = [item.get(key) for item in value if isinstance(item, dict)] if key else []
    repeated = any(keys.count(one) > 1 for one in keys if isinstance(one, str | int))
    found = [f" has two items with the same {key}"] if repeated else []
    inner = [f"[{i}]{text}" for i, item in enumerate(value) for text in violations(each, item)]
    return found + inner


def _scalar(spec: Mapping[str, Any], value: Any) -> list[str]:
    number = isinstance(value, (int, float)) and not isinstance(value, bool)
    if value not in spec.get("enum", (value,)):
        return [f" is {value!r}, not one of {', '.join(spec['enum'])}"]
    if number and not spec.get("min", value) <= value <= spec.get("max", value):
        return [f" is {value}, not {spec.get('min', '')} to {spec.get('max', '')}"]
    if spec.get("is") == "integer" and value % 1:
        return [f" is {value}, not a whole number"]
    if "pattern" in spec and not re.fullmatch(spec["pattern"], str(value), re.DOTALL):
        return [f" is {value!r}, no match of {spec['pattern']}"]
    return []


def _members(spec: Mapping[str, Any], value: Mapping[str, Any]) -> list[str]:
    members: Mapping[str, Any] = spec.get("members", {})
    required = [*spec.get("required", ())]
    for name, pattern, needed in spec.get("when", ()):
        if isinstance(value.get(name), str) and re.fullmatch(pattern, value[name]):
            required.append(needed)
    absent = [n for n in required if all(value.get(name) is None for name in n.split("|"))]
    found = [f" has no {names.replace('|', ' or ')}" for names in absent]
    for name, item in value.items():
        inner = members.get(name, spec.get("values"))
        for text in violations(inner, item) if inner else ():
            found.append(f".{name}{text}")
        if inner is None and spec.get("closed"):
            found.append(f" has the unknown member {name}")
    return found
