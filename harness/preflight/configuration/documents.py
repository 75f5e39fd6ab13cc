"""JSON documents inside arguments: policies, container definitions, dashboards."""

from collections.abc import Mapping
from typing import Any

from harness.preflight.configuration.expressions.functions import Encoded
from harness.preflight.configuration.json_text import parse_json
from harness.preflight.configuration.values import Unknown, references_in

_PLACEHOLDER = "\ue000{}\ue001"


def parse_document(value: Any) -> Any:
    """Parse an evaluated value as JSON document; see ``Block.document``."""
    if isinstance(value, Encoded):
        return value.value
    if isinstance(value, str):
        return parse_json(value)
    if not isinstance(value, Unknown) or not value.parts:
        return value
    pieces = {_PLACEHOLDER.format(i): p for i, p in enumerate(value.parts)}
    text = "".join(p if isinstance(p, str) else mark for mark, p in pieces.items())
    try:
        return _fill(parse_json(text), pieces)
    except ValueError:
        return Unknown(value.text, (), value.references, value.volatile)


def _fill(value: Any, pieces: Mapping[str, str | Unknown]) -> Any:
    if isinstance(value, Mapping):
        return {key: _fill(item, pieces) for key, item in value.items()}
    if isinstance(value, list):
        return [_fill(item, pieces) for item in value]
    if not isinstance(value, str) or "\ue000" not in value:
        return value
    if value in pieces:
        return pieces[value]
    parts = tuple(pieces.get(part, part) for part in _split(value))
    unknown = [part for part in parts if isinstance(part, Unknown)]
    text = "".join(p if isinstance(p, str) else f"${{{p.text}}}" for p in parts)
    volatile = any(part.volatile for part in unknown)
    return Unknown(text, parts, tuple(references_in(unknown)), volatile)


def _split(value: str) -> list[str]:
    pieces = value.replace("\ue000", "\0\ue000").replace("\ue001", "\ue001\0").split("\0")
    return [piece for piece in pieces if piece]
