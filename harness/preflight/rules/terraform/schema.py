"""Rules on arguments and attributes, by the schema of the AWS provider.

``schema.json`` has, by resource type, the names of arguments, attributes and blocks, the required
ones, and the kinds of values that are no strings; ``python -m tests.record_api_limits`` writes it.
``relations.json`` has the arguments of which only ``one`` is accepted (and required), that exclude
each other (``conflicts``), of which ``any`` is required, and the first of which requires ``all``
others, as the provider validates them; ``python -m tests.record_relations`` writes it.
"""

import re
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from functools import cache, lru_cache
from typing import Any

from harness.preflight.configuration import Block, Configuration, Resource
from harness.preflight.configuration.block import canonical_type, type_name
from harness.preflight.configuration.nodes import Traversal
from harness.preflight.finding import Problem, Severity
from harness.preflight.registry import Inspection, Problems, configuration_rule, load, resource_rule
from harness.preflight.rules.terraform.references import expressions
from harness.preflight.terraform_version import TerraformVersion, may_reach

_DATA = load("terraform/schema.json")
_TYPES: Mapping[str, Any] = _DATA["types"]
_RELATIONS: Mapping[str, Mapping[str, list[list[str]]]] = load("terraform/relations.json")
_DATA_SOURCES: Mapping[str, str] = _DATA["data"]
# Kind of values -> what Terraform does not convert to it.
_NO_VALUES: Mapping[str, tuple[type, ...]] = {
    "string": (list, dict),
    "bool": (list, dict, int, float),
    "number": (list, dict, bool),
    "list": (str, bool, int, float),
    "map": (str, bool, int, float),
}
_BOOLEAN, _NUMBER = re.compile(r"true|false|[01]?"), re.compile(r"-?[0-9.]*(e-?[0-9]+)?")
_TABLE = f"schema of {_DATA['source']}"
_NEWEST = TerraformVersion((6, 25, 0))
_LATER = (6, 26, 0)
_TYPING_ERROR = 0.85
# After the type and name of a resource and its instance keys.
_ATTRIBUTE = re.compile(r"[\w-]+\.[\w-]+(?:\[[^]]*\]|\.\*|\.\d+)*\.([A-Za-z_][\w-]*)")
_META_ARGUMENTS = {
    *("connection", "count", "depends_on", "dynamic", "for_each", "lifecycle", "provider"),
    *("provisioner", "//"),
}


@resource_rule("terraform/arguments", *_TYPES, table=_TABLE)
def arguments(resource: Resource) -> Problems:
    """The provider's schema does not have an argument or block, or requires one that is missing."""
    if not resource.configuration.planned:
        yield from _block(resource, resource, _TYPES[resource.type], "")
        for text, variant in _relations(resource):
            yield resource.problem(text, variant=variant)


def _block(resource: Resource, block: Block, schema: Mapping[str, Any], where: str) -> Problems:
    names, required = _split(schema["names"]), _split(schema.get("required", ""))
    blocks, kinds = schema.get("blocks", {}), schema.get("kinds", {})
    unknown = [n for n in block.raw if n not in names and n not in _META_ARGUMENTS]
    for name in unknown:
        text = f"{resource.type} has no argument {where}{name}"
        for more, severity in _judged(name, names, resource.configuration):
            yield resource.problem(text + more, severity=severity, name=name)
    for name in required:
        if not block.written(name):
            # With an argument of a later provider another one may no longer be required.
            severity = Severity.WARNING if unknown else Severity.BLOCKER
            text = f"{where}{name} is required"
            yield resource.problem(text, variant=1, severity=severity, name=name)
    for name in [n for n in block.raw if n in names and n not in blocks and n != "timeouts"]:
        if wrong := _wrong_kind(kinds.get(name, "string"), block.value(name)):
            yield resource.problem(f"{where}{name} {wrong}", variant=5, name=name)
    for name in [n for n in blocks if block.written(n)]:
        for nested in block.blocks_at(name):
            yield from _block(resource, nested, blocks[name], f"{where}{name}.")


@cache
def _split(names: str) -> Mapping[str, None]:
    return dict.fromkeys(names.split())


def _wrong_kind(kind: str, value: Any) -> str:
    """Return why a value is not of a kind, empty if it is, or is not known."""
    if kind == "computed":
        return "is computed by the provider"
    unlike = type(value) in _NO_VALUES.get(kind, ())  # exactly: a boolean is no integer here
    pattern = {"bool": _BOOLEAN, "number": _NUMBER}.get(kind)
    if unlike or (pattern and isinstance(value, str) and not pattern.fullmatch(value)):
        return f"is {type_name(value) if unlike else repr(value)}, not a {kind}"
    return ""


def _relations(resource: Resource) -> Iterator[tuple[str, int]]:
    for relation, outer, names in _groups(resource.type):
        for block in resource.blocks_at(outer):
            written = [name for name in names if block.written(name.partition(".")[0])]
            given = [name for name in written if _given(block, name)]
            absent = [name for name in names if name not in written]
            if relation in ("one", "conflicts") and len(given) > 1:
                yield f"{' and '.join(given)} exclude each other", 2
            if relation in ("one", "any") and len(absent) == len(names):
                yield f"one of {', '.join(names)} is required", 3
            if relation == "all" and absent and names[0] in given:
                yield f"{names[0]} requires {', '.join(absent)}", 4


@cache
def _groups(type_: str) -> list[tuple[str, str, list[str]]]:
    """Return relations of arguments, the block that has all of a group, and their names in it."""
    found = []
    for relation, groups in _RELATIONS.get(type_, {}).items():
        for paths in groups:
            same = len({path.count(".") for path in paths}) == 1
            outer = paths[0].rpartition(".")[0] if same else ""
            names = [path.rpartition(".")[2] for path in paths] if same else paths
            found.append((relation, outer, names))
    return found


def _given(block: Block, path: str) -> bool:
    outer, _, name = path.rpartition(".")
    return any(inner.given(name) or inner.refers(name) for inner in block.blocks_at(outer))


@configuration_rule("terraform/attributes", table=_TABLE)
def attributes(inspection: Inspection) -> Problems:
    """An expression refers to an attribute that the provider's schema does not have."""
    configuration = inspection.configuration
    for _, address, traversals in () if configuration.planned else expressions(configuration):
        for traversal in traversals:
            type_, name, names = _attribute(traversal)
            if name and name not in names:
                text = f"{traversal.text}: {type_} has no attribute {name}"
                for more, severity in _judged(name, names, configuration):
                    yield Problem(address, text + more, {"name": name}, 0, severity)


@lru_cache(maxsize=65536)
def _attribute(traversal: Traversal) -> tuple[str, str, Mapping[str, None]]:
    """Return the type of a resource, the attribute that a reference names, and all of them."""
    if traversal.root == "data" and traversal.path:
        type_ = f"data.{traversal.path[0]}"
        names = _split(_DATA_SOURCES.get(str(traversal.path[0]), ""))
    else:
        type_ = canonical_type(traversal.root)
        names = _split(_TYPES.get(type_, {}).get("names", ""))
    match = _ATTRIBUTE.match(traversal.text.removeprefix("data.")) if names else None
    return type_, (match[1] if match else ""), names


def _judged(
    name: str, names: Mapping[str, None], configuration: Configuration
) -> Iterator[tuple[str, Severity]]:
    """Yield what is added to the message, and the severity; nothing for a later provider.

    A name that may be that of a later version is a blocker only if it is nearly another name.
    """
    constraints = configuration.provider_version
    if may_reach(constraints, _LATER) and _NEWEST.satisfies(constraints) is False:
        return
    close = get_close_matches(name, names, 1)
    typing_error = bool(get_close_matches(name, close, 1, _TYPING_ERROR))
    certain = typing_error or not may_reach(constraints, _LATER)
    text = f"; did you mean {close[0]}?" if close else ""
    yield text, Severity.BLOCKER if certain else Severity.WARNING
