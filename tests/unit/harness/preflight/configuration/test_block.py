from typing import Any

import pytest

from harness.preflight.configuration import Block, PreflightInputError, Unknown, configuration_of


def block(**arguments: Any) -> Block:
    found = configuration_of({"resource": {"aws_lb": {"x": arguments}}}).find("aws_lb.x")
    assert found is not None
    return found


def test_text_is_converted_as_terraform_does() -> None:
    assert block(a=5).text("a") == "5"
    assert block(a=5.0).text("a") == "5"
    assert block(a=True).text("a") == "true"
    assert block(a="${jsonencode({x = 1})}").text("a") == '{"x": 1}'


def test_a_default_applies_to_absent_arguments_only() -> None:
    assert block().text("a", "default") == "default"
    assert block(a=None).integer("a", 3) == 3
    assert block(a="${var.x}").text("a", "default") is None
    assert block(a="${var.x}").integer("a", 3) is None
    assert block(a="${var.x}").boolean("a", default=True) is None
    assert block(a="${jsonencode([var.x])}").text("a") is None


def test_numbers_and_booleans_may_be_text() -> None:
    assert block(a="5").integer("a") == 5
    assert block(a="0.5").number("a") == 0.5
    assert block(a="false").boolean("a") is False
    assert block(a="").number("a", 1) == 1


def test_absent_given_and_neither() -> None:
    one = block(null=None, empty=[], value="x", unknown="${var.x}", nothing={}, some=["${var.x}"])
    assert [one.absent(n) for n in ("missing", "null", "empty")] == [True] * 3
    assert [one.absent(n) for n in ("value", "unknown", "nothing")] == [False] * 3
    assert [one.given(n) for n in ("value", "nothing")] == [True] * 2
    assert [one.given(n) for n in ("missing", "null", "empty", "unknown", "some")] == [False] * 5


def test_a_dynamic_block_is_neither_absent_nor_counted() -> None:
    forms: list[Any] = [{"rule": {"for_each": "${var.x}"}}, [{"rule": {}}]]
    for dynamic in forms:
        one = block(dynamic=dynamic)
        assert not one.absent("rule")
        assert not one.countable("rule")
        assert not one.certain("rule")
        assert one.values("rule") is None
        assert one.blocks("rule") == []


def test_blocks_may_be_one_object_or_a_list() -> None:
    assert [b.text("a") for b in block(r={"a": 1}).blocks("r")] == ["1"]
    assert [b.address for b in block(r=[{}, {}]).blocks("r")] == ["aws_lb.x.r[0]", "aws_lb.x.r[1]"]
    assert block(r=[None]).blocks("r") == []
    assert block(r="${var.x}").blocks("r") == []
    assert not block(r="${var.x}").countable("r")
    first = block(r={"a": 1}).block("r")
    assert first is not None
    assert block().block("r") is None


def test_items_of_lists_may_be_unknown() -> None:
    assert block(a=["x", 1]).texts("a") == ["x", "1"]
    assert block(a=["x", "${var.y}"]).texts("a") is None
    assert block(a="${var.y}").values("a") is None
    assert block().values("a") == []
    assert block(a=["${aws_subnet.s[*].id}"]).unresolved_values("a") is None


@pytest.mark.parametrize(
    ("value", "read"),
    [
        ([1], lambda b: b.text("a")),
        ("five", lambda b: b.number("a")),
        (1.5, lambda b: b.integer("a")),
        ("yes", lambda b: b.boolean("a")),
        ("text", lambda b: b.values("a")),
        ("text", lambda b: b.blocks("a")),
        ([1], lambda b: b.blocks("a")),
        ("text", lambda b: b.map("a")),
    ],
)
def test_a_wrong_type_is_an_input_error(value: Any, read: Any) -> None:
    with pytest.raises(PreflightInputError, match=r"aws_lb\.x\.a.*: expected .*, found"):
        read(block(a=value))


def test_an_unknown_map_is_empty() -> None:
    assert block(a={"k": "v"}).map("a") == {"k": "v"}
    assert block(a="${var.x}").map("a") == {}
    assert block().map("a") == {}


def test_a_document_keeps_references_inside() -> None:
    one = block(a='{"r": "${aws_lb.y.arn}", "t": "a-${aws_lb.y.arn}-b", "l": ["x", 1]}')
    document = one.document("a")
    assert document["l"] == ["x", 1]
    assert document["r"].address == "aws_lb.y"
    assert document["t"].parts[0::2] == ("a-", "-b")
    assert document["t"].references[0].address == "aws_lb.y"


def test_what_is_in_a_document_is_not_evaluated_again() -> None:
    one = block(a='[{"run": ["echo $${aws_lb.y.arn}"], "in": {"b": "$${aws_lb.y.arn}"}}]')
    (found,) = [one.nested(item, "a[0]") for item in one.document("a")]
    assert found.values("run") == ["echo ${aws_lb.y.arn}"]
    inner = found.block("in")
    assert inner is not None
    assert inner.unresolved("b") == inner.text("b") == "${aws_lb.y.arn}"


def test_a_document_may_be_plain_unknown_or_encoded() -> None:
    assert block(a="[1]").document("a") == [1]
    assert block(a="${jsonencode([1])}").document("a") == [1]
    assert block().document("a") is None
    assert isinstance(block(a="${var.x}").document("a"), Unknown)
    assert isinstance(block(a='{"memory": ${var.x}}').document("a"), Unknown)


def test_a_document_that_is_certainly_not_json_is_an_error() -> None:
    with pytest.raises(ValueError, match="Expecting"):
        block(a="{'x'}").document("a")
