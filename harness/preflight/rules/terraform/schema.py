"""Rules on arguments and attributes, by the schema of the AWS provider.

``schema.json`` has, by resource type, the names of arguments, attributes and blocks, and the
required ones; ``python -m tests.record_api_limits`` writes it.
"""

import json
import re
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from harness.preflight.configuration import (
    Block,
    Configuration,
    Resource,
    Traversal,
    canonical_type,
)
from harness.preflight.finding import Problem, Severity
from harness.preflight.registry import Inspection, Problems, configuration_rule, resource_rule
from harness.preflight.rules.terraform.references import expressions, traversals_in
from harness.preflight.terraform_version import TerraformVersion, may_reach

_DATA = json.loads(Path(__file__).with_name("schema.json").read_text(encoding="utf-8"))
_TYPES: Mapping[str, Any] = _DATA["types"]
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


def _block(resource: Resource, block: Block, schema: Mapping[str, Any], where: str) -> Problems:
    names = schema["names"].split()
    unknown = [n for n in block.raw if n not in names and n not in _META_ARGUMENTS]
    for name in unknown:
        text = f"{resource.type} has no argument {where}{name}"
        for more, severity in _judged(name, names, resource.configuration):
            yield resource.problem(text + more, severity=severity, name=name)
    for name in schema.get("required", "").split():
        if block.raw.get(name) is None and name not in block.dynamic_names:
            # With an argument of a later provider another one may no longer be required.
            severity = Severity.WARNING if unknown else Severity.BLOCKER
            text = f"{where}{name} is required"
            yield resource.problem(text, variant=1, severity=severity, name=name)
    for name, inner in schema.get("blocks", {}).items():
        if name in block or name in block.dynamic_names:
            for nested in block.possible_blocks(name):
                yield from _block(resource, nested, inner, f"{where}{name}.")


@configuration_rule("terraform/attributes", table=_TABLE)
def attributes(inspection: Inspection) -> Problems:
    """An expression refers to an attribute that the provider's schema does not have."""
    configuration = inspection.configuration
    for scope in configuration.modules if not configuration.planned else ():
        for address, raw in expressions(configuration, scope):
            for traversal in dict.fromkeys(traversals_in(raw)):
                name, names = _attribute(traversal)
                if name and name not in names:
                    text = f"{traversal.text}: {traversal.root} has no attribute {name}"
                    for more, severity in _judged(name, names, configuration):
                        yield Problem(address, text + more, {"name": name}, 0, severity)


def _attribute(traversal: Traversal) -> tuple[str, list[str]]:
    """Return the attribute of a resource that a reference names, and all that its type has."""
    names = _TYPES.get(canonical_type(traversal.root), {}).get("names", "").split()
    match = _ATTRIBUTE.match(traversal.text) if names else None
    return (match[1] if match else ""), names


def _judged(
    name: str, names: list[str], configuration: Configuration
) -> Iterator[tuple[str, Severity]]:
    """Yield what is added to the message, and the severity; nothing for a later provider.

    A name that may be that of a later version is a blocker only if it is nearly another name.
    """
    constraints = configuration.provider_version
    if may_reach(constraints, _LATER) and _NEWEST.satisfies(constraints) is False:
        return
    close = get_close_matches(name, names, 1)
    typing_error = bool(get_close_matches(name, names, 1, _TYPING_ERROR))
    certain = typing_error or not may_reach(constraints, _LATER)
    text = f"; did you mean {close[0]}?" if close else ""
    yield text, Severity.BLOCKER if certain else Severity.WARNING
