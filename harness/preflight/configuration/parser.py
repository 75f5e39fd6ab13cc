"""Parse the expression language of Terraform, in the strings of Terraform JSON.

Syntax: https://developer.hashicorp.com/terraform/language/syntax/json#expression-mapping and
https://developer.hashicorp.com/terraform/language/expressions. Template directives and what is not
recognized become ``Opaque``.
"""

import re
from functools import lru_cache

from harness.preflight.configuration.expression import ExpressionParser
from harness.preflight.configuration.nodes import Literal, Node, Opaque, Template
from harness.preflight.configuration.strings import UnsupportedSyntaxError, end_of_interpolation

_MAX_LENGTH = 200_000
_ESCAPED = ("$${", "%%{")
_MARK = re.compile(r"\$\$\{|%%\{|\$\{|%\{")


@lru_cache(maxsize=65536)
def parse_template(text: str) -> Node:
    """Parse a string value of Terraform JSON; never raises.

    A string that consists of one interpolation is that expression, as in Terraform.
    """
    if "${" not in text and "%{" not in text:
        return Literal(text)
    if len(text) > _MAX_LENGTH:
        return Opaque(text)
    try:
        return _template(text, 0)
    except UnsupportedSyntaxError:
        return Opaque(text)


def _template(text: str, depth: int) -> Node:
    parts: list[Node] = []
    literal = ""
    position = 0
    for mark in _MARK.finditer(text):
        if mark.start() < position:
            continue
        literal += text[position : mark.start()]
        if mark.group() in _ESCAPED:
            literal += mark.group()[1:]
            position = mark.end()
            continue
        if mark.group() == "%{":
            raise UnsupportedSyntaxError(mark.group())
        end = end_of_interpolation(text, mark.end())
        parts += [Literal(literal)] if literal else []
        parts.append(_expression(text[mark.end() : end], depth + 1))
        literal, position = "", end + 1
    literal += text[position:]
    if literal or not parts:
        parts.append(Literal(literal))
    return parts[0] if len(parts) == 1 else Template(text, tuple(parts))


def _expression(text: str, depth: int) -> Node:
    parser = ExpressionParser(text, depth, _template)
    try:
        node = parser.value()
        parser.end()
    except UnsupportedSyntaxError:
        return Opaque(text)
    return node
