"""Parse untrusted JSON text, and JSON documents in arguments (policies, dashboards)."""

import json
import re
from collections.abc import Mapping
from typing import Any, NoReturn

from harness.preflight.configuration.values import Encoded, Unknown, as_list, references_in

MAX_DEPTH = 50
"""Maximum nesting; real configurations have less than 20 levels."""
_MARK = re.compile("(\ue000[0-9]+\ue001)")


def parse_json(text: str) -> Any:
    """Parse JSON text.

    An object that repeats a name keeps every value, as a list: Terraform JSON allows the same
    block name twice (https://developer.hashicorp.com/terraform/language/syntax/json).

    Raises:
        ValueError: The text is not JSON, or nested deeper than ``MAX_DEPTH``.
    """
    try:
        value = json.loads(text, object_pairs_hook=_object, parse_constant=_no_constant)
    except RecursionError:
        raise ValueError(f"nested deeper than {MAX_DEPTH} levels") from None
    if text.count("[") + text.count("{") > MAX_DEPTH:
        _check_depth(value)
    return value


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) == len(pairs):
        return result
    result = {}
    for name, value in pairs:
        if name in result:
            value = [*as_list(result[name]), *as_list(value)]  # noqa: PLW2901 - the merged value
        result[name] = value
    return result


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def _check_depth(value: Any, depth: int = 0) -> None:
    if not isinstance(value, (dict, list)):
        return
    if depth > MAX_DEPTH:
        raise ValueError(f"nested deeper than {MAX_DEPTH} levels")
    for item in value.values() if isinstance(value, dict) else value:
        _check_depth(item, depth + 1)


def parse_document(value: Any) -> Any:
    """Parse an evaluated value as a JSON document; see ``Block.document``."""
    if isinstance(value, Encoded):
        return value.value
    if isinstance(value, str):
        return parse_json(value)
    if not isinstance(value, Unknown) or not value.parts:
        return value
    pieces = {f"\ue000{i}\ue001": p for i, p in enumerate(value.parts)}
    text = "".join(p if isinstance(p, str) else mark for mark, p in pieces.items())
    try:
        return _fill(parse_json(text), pieces)
    except ValueError:
        return Unknown(value.text, (), value.references, value.volatile)


def _fill(value: Any, pieces: Mapping[str, str | Unknown]) -> Any:
    """Return a parsed value, changed in place, with the pieces for their placeholders."""
    if isinstance(value, (dict, list)):
        for key, item in value.items() if isinstance(value, dict) else enumerate(value):
            if not isinstance(item, str) or "\ue000" in item:
                value[key] = _fill(item, pieces)
    if not isinstance(value, str) or "\ue000" not in value:
        return value
    if value in pieces:
        return pieces[value]
    parts = tuple(pieces.get(part, part) for part in _MARK.split(value) if part)
    unknown = [part for part in parts if isinstance(part, Unknown)]
    text = "".join(p if isinstance(p, str) else f"${{{p.text}}}" for p in parts)
    volatile = any(part.volatile for part in unknown)
    return Unknown(text, parts, tuple(references_in(unknown)), volatile)
