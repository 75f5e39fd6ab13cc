from typing import Any

import pytest

from harness.core.redaction import MASK, register_secret
from harness.terraform.attributes import AttributeChange, changed_attributes


def changed(before: Any, after: Any, **marks: Any) -> list[AttributeChange]:
    return list(changed_attributes({"before": before, "after": after, **marks}))


def test_equal_attributes_are_not_changes() -> None:
    assert changed({"a": 1, "b": [1]}, {"a": 1, "b": [1]}) == []


def test_a_change_has_both_values() -> None:
    (change,) = changed({"a": 1, "b": "x"}, {"a": 1, "b": "y"})

    assert str(change) == 'b: "x" -> "y"'


def test_the_name_of_a_nested_attribute_is_its_path() -> None:
    before = {"strategy": [{"weight": 1, "base": 0}], "tags": {"a": "1"}}
    after = {"strategy": [{"weight": 100, "base": 0}], "tags": {}}

    assert [change.name for change in changed(before, after)] == ["strategy[0].weight", "tags.a"]


def test_lists_of_different_length_are_compared_whole() -> None:
    assert changed({"a": [1]}, {"a": [1, 2]}) == [AttributeChange("a", "[1]", "[1, 2]")]


def test_an_unknown_value_is_known_after_apply() -> None:
    assert changed({"arn": "x"}, {}, after_unknown={"arn": True}) == [
        AttributeChange("arn", '"x"', "(known after apply)")
    ]


def test_known_parts_of_a_partly_unknown_value_are_not_changes() -> None:
    unknown = {"tags": {}, "list": [False]}

    assert (
        changed({"tags": {}, "list": [1]}, {"tags": {}, "list": [1]}, after_unknown=unknown) == []
    )


@pytest.mark.parametrize("side", ["before_sensitive", "after_sensitive"])
def test_sensitive_values_are_masked_on_both_sides(side: str) -> None:
    assert changed({"p": "old"}, {"p": "new"}, **{side: {"p": True}}) == [
        AttributeChange("p", MASK, MASK)
    ]


def test_a_wholly_sensitive_block_is_masked() -> None:
    found = changed({"b": {"p": "old"}}, {"b": {"p": "new"}}, after_sensitive={"b": True})

    assert found == [AttributeChange("b.p", MASK, MASK)]


def test_a_list_with_a_sensitive_element_is_masked() -> None:
    found = changed({"l": ["a"]}, {"l": ["a", "b"]}, after_sensitive={"l": [False, True]})

    assert found == [AttributeChange("l", MASK, MASK)]


def test_a_sensitive_value_that_becomes_unknown_is_masked() -> None:
    marks = {"after_unknown": {"p": True}, "before_sensitive": {"p": True}}

    assert changed({"p": "old"}, {}, **marks) == [AttributeChange("p", MASK, "(known after apply)")]


def test_registered_secrets_are_masked() -> None:
    register_secret("hunter2-attributes")

    assert changed({"a": "hunter2-attributes"}, {"a": ""})[0].before == f'"{MASK}"'


def test_long_values_are_truncated() -> None:
    (change,) = changed({"a": "x" * 500}, {"a": ""})

    assert len(change.before) < 150
    assert change.before.endswith("...")


@pytest.mark.parametrize(("before", "after"), [(None, {"a": 1}), ({"a": 1}, None)])
def test_create_and_delete_have_no_attributes(before: Any, after: Any) -> None:
    assert changed(before, after) == []
