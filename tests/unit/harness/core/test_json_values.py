"""Untrusted JSON: each field of a dataclass has its declared type."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

import pytest

from harness.core.json_values import from_json, read_json


class Colour(StrEnum):
    RED = "red"


@dataclass(frozen=True)
class Thing:
    name: str
    colour: Colour = Colour.RED
    count: int = 0
    share: float = 0.0
    on: bool = False
    alias: str | None = None
    texts: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, Any] = field(default_factory=dict)


def test_an_object_becomes_an_instance(tmp_path: Path) -> None:
    path = tmp_path / "thing.json"
    path.write_text(
        json.dumps({"name": "a", "colour": "red", "share": 1, "alias": "b", "values": {"x": [1]}})
    )

    assert read_json(path, Thing) == Thing("a", Colour.RED, share=1, alias="b", values={"x": [1]})


@pytest.mark.parametrize(
    ("values", "why"),
    [
        ([], "a JSON list"),
        (None, "a JSON NoneType"),
        ({}, "missing fields: name"),
        ({"name": "a", "more": 1}, "unknown fields: more"),
        ({"name": 1}, "name is a int"),
        ({"name": None}, "name is a NoneType"),
        ({"name": "a", "colour": "grey"}, "'grey' is not a valid Colour"),
        ({"name": "a", "colour": []}, "is not a valid Colour"),
        ({"name": "a", "count": True}, "count is a bool"),
        ({"name": "a", "count": 1.5}, "count is a float"),
        ({"name": "a", "share": True}, "share is a bool"),
        ({"name": "a", "on": 1}, "on is a int"),
        ({"name": "a", "alias": 1}, "alias is a int"),
        ({"name": "a", "texts": {"x": 1}}, "texts is a dict"),
        ({"name": "a", "values": []}, "values is a list"),
    ],
)
def test_anything_else_is_an_error(values: object, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        from_json(values, Thing)


@pytest.mark.parametrize("text", [b"", b"{", b"\xff\xfe", b"[" * 20_000])
def test_a_damaged_file_is_an_error(tmp_path: Path, text: bytes) -> None:
    path = tmp_path / "thing.json"
    path.write_bytes(text)

    with pytest.raises(ValueError):  # noqa: PT011 -- any message of the JSON decoder
        read_json(path, Thing)
