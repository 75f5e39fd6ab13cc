import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.preflight.configuration.nodes import (
    Call,
    For,
    Literal,
    Opaque,
    Traversal,
    traversals,
)
from harness.preflight.configuration.parser import parse_template


@pytest.mark.parametrize(
    ("text", "node"),
    [
        ("plain", Literal("plain")),
        ("", Literal("")),
        ("$${literal}", Literal("${literal}")),
        ("%%{literal}", Literal("%{literal}")),
        ("${8080}", Literal(8080)),
        ("${-0.5}", Literal(-0.5)),
        ("${true}", Literal(True)),
        ("${null}", Literal(None)),
        ('${"a\\"b\\u00e9"}', Literal('a"bé')),
        ("${(1)}", Literal(1)),
        ('${"\\0"}', Literal("\\0")),
        ("${aws_lb.x.arn}", Traversal("aws_lb.x.arn", "aws_lb", ("x", "arn"))),
        ("${a.b[0].c}", Traversal("a.b[0].c", "a", ("b", 0, "c"))),
        ('${a.b["k"].c}', Traversal('a.b["k"].c', "a", ("b", "k", "c"))),
        ("${a.b[*].c}", Traversal("a.b[*].c", "a", ("b", "*", "c"))),
        ("${a.b.*.c}", Traversal("a.b.*.c", "a", ("b", "*", "c"))),
        ("${a.b.0.c}", Traversal("a.b.0.c", "a", ("b", 0, "c"))),
        ("${[1, 2,]}", Call("[1, 2,]", "[]", (Literal(1), Literal(2)))),
        (
            '${{a = 1, "b" : 2}}',
            Call('{a = 1, "b" : 2}', "{}", (Literal("a"), Literal(1), Literal("b"), Literal(2))),
        ),
        ("${f()}", Call("f()", "f")),
        ("${f(a...)}", Call("f(a...)", "f", (Call("", "...", (Traversal("a", "a"),)),))),
        ("${n::f(1)}", Call("n::f(1)", "n::f", (Literal(1),))),
        ("${!x}", Call("!x", "!", (Traversal("x", "x"),))),
        ("${1 + 2}", Call("1 + 2", "+", (Literal(1), Literal(2)))),
        (
            "${a ? 1 : 2}",
            Call("a ? 1 : 2", "?", (Traversal("a", "a"), Literal(1), Literal(2))),
        ),
        (
            "${a[count.index]}",
            Call(
                "a[count.index]",
                "[",
                (Traversal("a", "a"), Traversal("count.index", "count", ("index",))),
            ),
        ),
        (
            "${[for x in y : x]}",
            For("[for x in y : x]", ("x",), Traversal("y", "y"), Traversal("x", "x")),
        ),
        ("${{1 = 2}}", Call("{1 = 2}", "{}", (Literal("1"), Literal(2)))),
        ("${{(a) = 2}}", Call("{(a) = 2}", "{}", (Traversal("a", "a"), Literal(2)))),
        ("${1 # comment\n}", Literal(1)),
        ("${f(1, g(2))}", Call("f(1, g(2))", "f", (Literal(1), Call("g(2)", "g", (Literal(2),))))),
    ],
)
def test_what_is_understood(text: str, node: object) -> None:
    assert parse_template(text) == node


def test_a_template_keeps_its_pieces_in_order() -> None:
    node = parse_template("a-${x.y}-$${b}")
    assert isinstance(node, Call)
    assert node.arguments == (Literal("a-"), Traversal("x.y", "x", ("y",)), Literal("-${b}"))


def test_a_template_inside_an_expression_is_parsed() -> None:
    node = parse_template('${f("x-${a.b}")}')
    assert isinstance(node, Call)
    assert node.arguments == (
        Call("x-${a.b}", '"', (Literal("x-"), Traversal("a.b", "a", ("b",)))),
    )


@pytest.mark.parametrize(
    "text",
    [
        "${(1, 2)}",
        "${}",
        '${"unclosed}',
        "${a.}",
        "${{a}}",
        "${[1 2]}",
        "${1 +}",
        "${a ? b}",
        "${[for x y : x]}",
        "${[for x in y : x unless z]}",
        "${" + "!" * 500 + "x}",
        '${"a".b}',
        "%{if true}x%{endif}",
        "${unclosed",
        '${"%{if x}"}',
        "${" + "(" * 500 + ")" * 500 + "}",
        "${" + "9" * 5000 + "}",
        "${x}" + "y" * 300_000,
    ],
)
def test_what_is_left_to_terraform(text: str) -> None:
    assert isinstance(parse_template(text), Opaque)


@given(st.text(alphabet='ab._-[]{}()"$%\\ ,=:*0', max_size=40))
def test_no_text_breaks_the_parser(text: str) -> None:
    parse_template(text)
    parse_template("${" + text + "}")


def test_the_variables_of_a_for_are_no_references() -> None:
    node = parse_template("${{for k, v in a.b : k => f(v, c.d) if e.f[k]}}")
    assert [t.text for t in traversals(node)] == ["a.b", "c.d", "e.f"]
