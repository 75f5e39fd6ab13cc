"""The limits of AWS's APIs on the arguments that map to their parameters.

``api_limits.json`` has, by resource type and argument, the enumerations, lengths, ranges and
patterns of botocore's service models; ``python -m tests.record_api_limits`` writes it.
"""

import re
from collections.abc import Mapping
from typing import Any

from harness.preflight.configuration import Resource, Unknown
from harness.preflight.registry import Problems, load, resource_rule

_DATA = load("api_limits.json")
_TYPES: Mapping[str, Any] = _DATA["types"]
_MOST_SHOWN = 12
_FLAGS = re.ASCII | re.DOTALL


@resource_rule("api/limit", *_TYPES, table=f"service models of {_DATA['source']}")
def api_limit(resource: Resource) -> Problems:
    """An argument is not a value that the API operation behind it accepts."""
    found = _TYPES[resource.type]
    for argument, limit in found["limits"].items():
        outer, _, name = argument.rpartition(".")
        for block in resource.blocks_at(outer):
            value = block.value(name)
            if value is not None and (violated := violation(limit, value)):
                shown = f"{str(value)[:80]!r}" if not isinstance(value, list) else "a list"
                text = f"{argument} is {shown}, not {violated} ({found['page']})"
                yield resource.problem(text, argument=name, value=value)


def violation(limit: Mapping[str, Any], value: Any) -> str:
    """Return the limit that a value violates; empty if none, or if the value is not known."""
    if value in (None, "") or isinstance(value, Unknown | dict | bool):
        return ""
    if isinstance(value, list):
        return _list_violation(limit, value)
    text = str(value)
    if "enum" in limit and not _listed(limit, text):
        return f"one of {_shown(limit['enum'])}"
    length = (limit.get("min_length", 0), limit.get("max_length", len(text)))
    if not length[0] <= len(text) <= length[1]:
        return f"{length[0]} to {length[1]} characters ({len(text)})"
    if "pattern" in limit and not re.fullmatch(limit["pattern"], text, _FLAGS):
        return f"a match of {limit['pattern']}"
    return _range_violation(limit, text)


def _list_violation(limit: Mapping[str, Any], values: list[Any]) -> str:
    if "items" in limit and len(values) > limit["items"][1]:
        return f"at most {limit['items'][1]} items ({len(values)})"
    each = limit.get("each", {})
    return next((text for value in values if (text := violation(each, value))), "")


def _listed(limit: Mapping[str, Any], text: str) -> bool:
    if limit.get("any_case"):
        return text.lower() in (item.lower() for item in limit["enum"])
    return text in limit["enum"]


def _range_violation(limit: Mapping[str, Any], text: str) -> str:
    low, high = limit.get("min"), limit.get("max")
    try:
        number = float(text)
    except ValueError:
        return ""
    if not number or (low is None and high is None):  # the provider does not send 0
        return ""
    if (low is not None and number < low) or (high is not None and number > high):
        return f"{low or ''} to {high}" if high is not None else f"at least {low}"
    return ""


def _shown(values: list[str]) -> str:
    return ", ".join(values[:_MOST_SHOWN]) + (", ..." if len(values) > _MOST_SHOWN else "")
