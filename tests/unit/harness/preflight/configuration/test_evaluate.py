from typing import Any

import pytest

from harness.preflight.configuration import Reference, Unknown, configuration_of, references_in
from harness.preflight.configuration.evaluate import evaluate
from harness.preflight.configuration.scope import Scope
from harness.preflight.configuration.values import Encoded

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
def configuration() -> Scope:
    return configuration_of(DOCUMENT).scope


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
        ("${tostring(5)}", "5"),
        ("${cidrsubnet(aws_vpc.main.cidr_block, 8, 2)}", "10.0.2.0/24"),
        ("${{a = [local.suffix]}}", {"a": ["a1"]}),
        ("${1 + 2 * 3 - 4 / 2}", 5),
        ("${-(7 % 4)}", -3),
        ("${(1 + 2) * 3}", 9),
        ('${local.suffix == "a1" ? local.tree : null}', {"ports": [80, 443]}),
        ("${true ? null : 1}", None),
        ("${false && var.x || !false}", True),
        ("${var.x || true}", True),
        ("${1 < 2 && 2 <= 2 && 3 > 2 && 3 >= 3 && 1 != 2}", True),
        ("${[for p in local.tree.ports : p + 1 if p > 80]}", [444]),
        ('${{for i, p in local.tree.ports : "p${i}" => p}}', {"p0": 80, "p1": 443}),
        ('${local.tree["ports"][length(local.tree.ports) - 1]}', 443),
        ("${local.tree.ports[*]}", [80, 443]),
        ("${[{a = 1}, {a = 2}][*].a}", [1, 2]),
        ('${try(local.tree.none, "default")}', "default"),
        ("${try(local.tree.ports[0], 1)}", 80),
        ("${can(local.tree.none)}", False),
        ("${can(local.tree.ports)}", True),
        ('${lookup({a = 1}, "b", null)}', None),
        ('${lookup({a = 1}, "a", 2)}', 1),
        ('${coalesce(null, "", "x")}', "x"),
        ("${merge({a = 1, b = 1}, null, {b = 2})}", {"a": 1, "b": 2}),
        ('${format("%s-%03d%%-%v-%q", "x", 7, true, "q")}', 'x-007%-true-"q"'),
        ('${substr("abcdef", 1, 3)}${substr("abc", -2, -1)}', "bcdbc"),
        ('${replace("a.b", ".", "-")}${replace("a1", "/[0-9]/", "x")}', "a-bax"),
        ('${join("-", compact(["a", "", "b"]))}', "a-b"),
        ('${split(",", "a,b")[1]}', "b"),
        ('${title("a b")}${trimsuffix("ab", "b")}', "A Ba"),
        ("${flatten([[1], [[2]], 3])}", [1, 2, 3]),
        ('${concat([["a"]]...)}', ["a"]),
        ("${one([])}", None),
        ('${jsondecode("{\\"a\\": 1}").a}', 1),
        ("${keys({b = 1, a = 2})}", ["a", "b"]),
        ("${values({b = 1, a = 2})}", [2, 1]),
        ('${cidrhost("10.0.0.0/24", 5)}', "10.0.0.5"),
        ("${element([1, 2], 3)}", 2),
        ("${min(3, 1)}${max(1, 2)}${length([1])}", "121"),
        ("${<<EOT\nx\nEOT\n}", "x\n"),
        ("${(local.suffix)}", "a1"),
    ],
)
def test_known_values(configuration: Scope, text: str, value: Any) -> None:
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
        "${1 + var.x}",
        "${var.x ? 1 : 2}",
        "${[1][2]}",
        "${-local.name}",
        "${1 / 0}",
        "${[for x in var.x : x]}",
        "${[for x in [1, 2] : x if var.x]}",
        "${{for x in [1, 2] : x => x...}}",
        "${element([], 0)}",
        "${f(local.name)}",
        "${range(5000)}",
        "${concat(var.x...)}",
        "%{if true}x%{endif}",
    ],
)
def test_unknown_values(configuration: Scope, text: str) -> None:
    assert isinstance(evaluate(text, configuration), Unknown)


def test_a_reference_is_kept_without_resolving(configuration: Scope) -> None:
    value = evaluate("${aws_vpc.main.cidr_block}", configuration, resolve=False)
    assert isinstance(value, Reference)
    assert (value.address, value.attribute) == ("aws_vpc.main", "cidr_block")


def test_an_index_of_an_instance_is_unknown(configuration: Scope) -> None:
    value = evaluate("${aws_subnet.many[0].cidr_block}", configuration)
    assert isinstance(value, Unknown)
    assert value.volatile


def test_an_unsupported_expression_keeps_its_references(
    configuration: Scope,
) -> None:
    value = evaluate("${var.x ? aws_vpc.main.id : data.aws_ami.image.id}", configuration)
    assert [r.address for r in references_in(value)] == ["aws_vpc.main", "data.aws_ami.image"]


def test_jsonencode_keeps_its_structure(configuration: Scope) -> None:
    value = evaluate("${jsonencode({name = local.name, list = [aws_vpc.main.id]})}", configuration)
    assert isinstance(value, Encoded)
    assert value.value["name"] == "x-a1"
    assert isinstance(value.value["list"][0], Reference)


def test_nested_values_are_evaluated(configuration: Scope) -> None:
    assert evaluate({"a": ["${local.suffix}", 1]}, configuration) == {"a": ["a1", 1]}


def test_names_with_an_unknown_part_keep_their_known_parts(configuration: Scope) -> None:
    for text in ('${format("%s-logs", var.x)}', '${join("-", [var.x, "logs"])}'):
        value = evaluate(text, configuration)
        assert isinstance(value, Unknown)
        assert value.parts[-1] == "logs" or value.parts[-1] == "-logs"


def test_a_key_may_be_an_expression(configuration: Scope) -> None:
    assert evaluate({"${local.suffix}": 1, "${var.x}": 2}, configuration) == {
        "a1": 1,
        "${var.x}": 2,
    }


def test_references_are_not_found_in_the_names_of_attributes(configuration: Scope) -> None:
    value = evaluate("${var.x ? local.aws_thing.name : aws_vpc.main.id}", configuration)
    assert [r.address for r in references_in(value)] == ["aws_vpc.main"]


def test_locals_that_double_each_time_are_evaluated_once() -> None:
    locals_ = {f"l{n}": f"${{local.l{n + 1}}}${{local.l{n + 1}}}" for n in range(40)}
    scope = configuration_of({"locals": {**locals_, "l40": "${var.x}"}}).scope
    assert isinstance(evaluate("${local.l30}", scope), Unknown)


def test_text_that_looks_like_an_address_is_no_reference(configuration: Scope) -> None:
    for text in ('${file("policies/aws_iam_role.json")}', '%{if true}${file("aws_vpc.x")}%{endif}'):
        assert list(references_in(evaluate(text, configuration))) == []
