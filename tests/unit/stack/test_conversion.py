from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import pytest

from stack.conversion import plain, typed
from stack.errors import ConfigError


@pytest.mark.parametrize(
    ("value", "hint", "expected"),
    [
        ("a", str, "a"),
        (2, int, 2),
        (2, float, 2),
        (0.5, float, 0.5),
        (True, bool, True),
        (None, str | None, None),
        ("a", str | None, "a"),
        (["a", "b"], tuple[str, ...], ("a", "b")),
        (["a", "b"], frozenset[str], frozenset({"a", "b"})),
        ({"a": "b"}, Mapping[str, str], {"a": "b"}),
    ],
)
def test_json_values_become_the_type_of_the_field(value: Any, hint: Any, expected: Any) -> None:
    assert typed("field", value, hint) == expected
    assert type(typed("field", value, hint)) is type(expected)


@pytest.mark.parametrize(
    ("value", "hint", "expected"),
    [
        (1, str, "must be a text"),
        (None, str, "must be a text"),
        ("2", int, "must be a whole number"),
        (2.0, int, "must be a whole number"),
        (True, int, "must be a whole number"),
        (True, float, "must be a number"),
        (1, bool, "must be true or false"),
        (1, str | None, "must be a text or nothing"),
        ("0.0.0.0/0", tuple[str, ...], "must be a list of texts"),
        ([1], frozenset[str], "must be a list of texts"),
        (["a"], Mapping[str, str], "must have texts as names and values"),
        ({"a": 1}, Mapping[str, str], "must have texts as names and values"),
    ],
)
def test_a_value_of_another_type_is_rejected(value: Any, hint: Any, expected: str) -> None:
    with pytest.raises(ConfigError) as caught:
        typed("field", value, hint)
    assert (caught.value.field, caught.value.expected) == ("field", expected)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (frozenset({"b", "a"}), ["a", "b"]),
        (("b", "a"), ["b", "a"]),
        (MappingProxyType({"a": "b"}), {"a": "b"}),
        (0.5, 0.5),
        (None, None),
    ],
)
def test_fields_become_json_compatible_values(value: Any, expected: Any) -> None:
    assert plain(value) == expected
    assert type(plain(value)) is type(expected)
