from typing import Any

import pytest

from harness.preflight import Configuration, configuration_of
from harness.preflight.configuration import Encoded, Reference, Unknown, references_in
from harness.preflight.configuration.evaluate import evaluate

DOCUMENT: dict[str, Any] = {
    "locals": {
        "name": "x-${local.suffix}",
        "suffix": "a1",
        "tree": {"ports": [80, 443]},
        "loop": "${local.pool}",
        "pool": "${local.loop}",
    },
    "resource": {
        "aws_vpc": {"main": {"cidr_block": "10.0.0.0/16"}},
        "aws_s3_bucket": {"logs": {"bucket": "logs-a1"}, "named": {"bucket": "${var.name}"}},
        "aws_subnet": {"many": {"count": 2, "cidr_block": "10.0.${count.index}.0/24"}},
    },
    "data": {"aws_ami": {"image": {"id": "ami-1"}}},
}


@pytest.fixture(scope="module")
def configuration() -> Configuration:
    return configuration_of(DOCUMENT)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("${local.name}", "x-a1"),
        ("${local.tree.ports[1]}", 443),
        ("${aws_vpc.main.cidr_block}", "10.0.0.0/16"),
        ("${aws_s3_bucket.logs.id}", "logs-a1"),
        ("pre-${aws_s3_bucket.logs.bucket}", "pre-logs-a1"),
        ("${true}-${1}", "true-1"),
        ('${lower("ABC")}${upper("d")}', "abcD"),
        ('${join(",", [1, 2])}', "1,2"),
        ("${concat([1], [2])}", [1, 2]),
        ('${toset(["a"])}', ["a"]),
        ("${tostring(5)}", 5),
        ("${cidrsubnet(aws_vpc.main.cidr_block, 8, 2)}", "10.0.2.0/24"),
        ("${{a = [local.suffix]}}", {"a": ["a1"]}),
    ],
)
def test_known_values(configuration: Configuration, text: str, value: Any) -> None:
    assert evaluate(text, configuration) == value


@pytest.mark.parametrize(
    "text",
    [
        "${var.x}",
        "${local.missing}",
        "${local.name.a}",
        "${local.loop}",
        "${local}",
        "${aws_vpc.main.id}",
        "${aws_s3_bucket.named.id}",
        "${aws_vpc.main}",
        "${aws_vpc}",
        "${data.aws_ami.image.id}",
        "${module.x.y}",
        '${file("x")}',
        '${cidrsubnet("x", 8, 2)}',
        '${cidrsubnet("10.0.0.0/30", 8, 2)}',
        "${cidrsubnet(var.x, 8, 2)}",
        '${join(",", var.x)}',
        "${concat(var.x, [1])}",
        "${lower(1)}",
        "${lower(1, 2)}",
        "${1 + 1}",
    ],
)
def test_unknown_values(configuration: Configuration, text: str) -> None:
    assert isinstance(evaluate(text, configuration), Unknown)


def test_a_reference_is_kept_without_resolving(configuration: Configuration) -> None:
    value = evaluate("${aws_vpc.main.cidr_block}", configuration, resolve=False)
    assert isinstance(value, Reference)
    assert (value.address, value.attribute) == ("aws_vpc.main", "cidr_block")


def test_an_index_of_an_instance_is_unknown(configuration: Configuration) -> None:
    value = evaluate("${aws_subnet.many[0].cidr_block}", configuration)
    assert isinstance(value, Unknown)
    assert value.volatile


def test_an_unsupported_expression_keeps_its_references(
    configuration: Configuration,
) -> None:
    value = evaluate("${var.x ? aws_vpc.main.id : data.aws_ami.image.id}", configuration)
    assert [r.address for r in references_in(value)] == ["aws_vpc.main", "data.aws_ami.image"]


def test_jsonencode_keeps_its_structure(configuration: Configuration) -> None:
    value = evaluate("${jsonencode({name = local.name, list = [aws_vpc.main.id]})}", configuration)
    assert isinstance(value, Encoded)
    assert value.value["name"] == "x-a1"
    assert isinstance(value.value["list"][0], Reference)


def test_nested_values_are_evaluated(configuration: Configuration) -> None:
    assert evaluate({"a": ["${local.suffix}", 1]}, configuration) == {"a": ["a1", 1]}
