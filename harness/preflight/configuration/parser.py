"""Parse the expression language of Terraform, in the strings of Terraform JSON.

Syntax: https://developer.hashicorp.com/terraform/language/syntax/json#expression-mapping and
https://developer.hashicorp.com/terraform/language/expressions. Template directives and what is not
recognized become ``Opaque``.
"""

import re
from collections.abc import Callable
from functools import lru_cache

from harness.preflight.configuration.nodes import Call, For, Literal, Node, Opaque, Traversal
from harness.preflight.configuration.strings import (
    HEREDOC,
    UnsupportedSyntaxError,
    end_of_interpolation,
    heredoc_text,
    unescape,
)

_MAX_LENGTH = 200_000
_MAX_DEPTH = 40
_ESCAPED = ("$${", "%%{")
_MARK = re.compile(r"\$\$\{|%%\{|\$\{|%\{")
_SPACE = re.compile(r"(?:\s|#[^\n]*|//[^\n]*|/\*.*?\*/)*", re.DOTALL)
_IDENTIFIER = re.compile(r"[A-Za-z_][\w-]*(?:::[A-Za-z_][\w-]*)*")
_NUMBER = re.compile(r"\d{1,30}(\.\d{1,30})?")
_KEY = re.compile(r"[A-Za-z_][\w-]*|\d{1,30}")
_STEP = re.compile(r"\.(?:([A-Za-z_][\w-]*)|(\d{1,9})|\*)|\[\*\]")
_FOR = re.compile(r"for(?![\w-])")
_UNARY = re.compile(r"[!-]")
_OPERATOR = re.compile(r"\|\||&&|[=!<>]=|[-+*/%<>]")
_LEVELS = ("||", "&&", "== !=", "< <= > >=", "+ -", "* / %")  # the weakest first
_PRECEDENCE = {name: level for level, names in enumerate(_LEVELS, 1) for name in names.split()}
_STRONGEST = 7
_CONSTANTS = {"true": True, "false": False, "null": None}


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
    return parts[0] if len(parts) == 1 else Call(text, '"', tuple(parts))


@lru_cache(maxsize=65536)
def _expression(text: str, depth: int) -> Node:
    try:
        return _Parser(text, depth).whole()
    except UnsupportedSyntaxError:
        return Opaque(text)


class _Parser:
    """Recursive descent parser of one expression; raises ``UnsupportedSyntaxError``.

    Args:
        text: The expression, without ``${`` and ``}``.
        depth: Nesting in other expressions.
    """

    def __init__(self, text: str, depth: int) -> None:
        self._text = text
        self._position = 0
        self._depth = depth
        self._bracketed: dict[str, Callable[[int], Node]] = {
            '"': self._string,
            "(": lambda _: self._enclosed(")"),
            "[": lambda start: self._for(start, "]") or self._call(start, "[]", self._items("]")),
            "{": lambda start: self._for(start, "}") or self._call(start, "{}", self._pairs()),
        }

    def whole(self) -> Node:
        node = self._value()
        self._skip()
        if self._position != len(self._text):
            raise UnsupportedSyntaxError(self._text)
        return node

    def _value(self, weakest: int = 0) -> Node:
        """Parse the next expression, up to an operator that binds as weakly as that."""
        self._depth += 1
        if self._depth > _MAX_DEPTH:
            raise UnsupportedSyntaxError("too deep")
        start = self._skip()
        node = self._operand()
        while operator := self._binary(weakest):
            node = self._call(start, operator, (node, self._value(_PRECEDENCE[operator])))
        if weakest == 0 and self._take("?"):
            then = self._value()
            self._require(":")
            node = self._call(start, "?", (node, then, self._value()))
        self._depth -= 1
        return node

    def _binary(self, weakest: int) -> str:
        self._skip()
        match = _OPERATOR.match(self._text, self._position)
        if match is None or _PRECEDENCE[match[0]] <= weakest:
            return ""
        self._position = match.end()
        return match[0]

    def _operand(self) -> Node:
        start = self._position
        operator = self._match(_UNARY)
        if not operator:
            return self._postfix()
        operand = self._value(_STRONGEST)
        value = operand.value if isinstance(operand, Literal) else None
        if operator[0] == "-" and isinstance(value, int | float):
            return Literal(-value)
        return self._call(start, operator[0], (operand,))

    def _postfix(self) -> Node:
        start = self._skip()
        node = self._primary()
        while (key := self._step()) is not None:
            if isinstance(node, Literal):
                raise UnsupportedSyntaxError(self._text)
            text = self._since(start)
            step = key.value if isinstance(key, Literal) else None
            if isinstance(node, Traversal) and isinstance(step, str | int):
                node = Traversal(text, node.root, (*node.path, step))
            elif isinstance(node, Call) and node.name == "[":
                node = Call(text, "[", (*node.arguments, key))
            else:
                node = Call(text, "[", (node, key))
        return node

    def _step(self) -> Node | None:
        """Parse ``.name``, ``.0``, ``.*``, ``[*]`` or ``[expression]``, if there is one."""
        if match := _STEP.match(self._text, self._position):
            self._position = match.end()
            return Literal(int(match[2]) if match[2] else match[1] or "*")
        if not self._text.startswith("[", self._position):
            return None
        self._position += 1
        return self._enclosed("]")

    def _primary(self) -> Node:
        start = self._position
        for opening, parse in self._bracketed.items():
            if self._take(opening):
                return parse(start)
        if number := self._match(_NUMBER):
            return Literal(float(number[0]) if number[1] else int(number[0]))
        if heredoc := self._match(HEREDOC):
            return _template(heredoc_text(heredoc), self._depth)
        return self._name(start)

    def _name(self, start: int) -> Node:
        name = self._required(_IDENTIFIER)
        if self._text.startswith("(", self._position):
            self._position += 1
            return self._call(start, name, self._items(")"))
        return Literal(_CONSTANTS[name]) if name in _CONSTANTS else Traversal(name, name)

    def _for(self, start: int, closing: str) -> Node | None:
        if not self._match(_FOR):
            return None
        names = [self._required(_IDENTIFIER)]
        if self._take(","):
            names.append(self._required(_IDENTIFIER))
        self._require("in")
        collection = self._value()
        self._require(":")
        key, value = None, self._value()
        if closing == "}":
            self._require("=>")
            key, value = value, self._value()
        grouped = self._take("...")
        condition = self._value() if self._take("if") else None
        self._require(closing)
        return For(self._since(start), tuple(names), collection, value, key, condition, grouped)

    def _string(self, _: int) -> Node:
        start = position = self._position
        while position < len(self._text) and self._text[position] != '"':
            if self._text.startswith("${", position):
                position = end_of_interpolation(self._text, position + 2)
            position += 2 if self._text[position] == "\\" else 1
        self._position = position
        self._require('"')
        return _template(unescape(self._text[start:position]), self._depth)

    def _items(self, closing: str) -> tuple[Node, ...]:
        """Parse items up to the closing bracket."""
        items: list[Node] = []
        while not self._take(closing):
            item = self._value()
            items.append(Call("", "...", (item,)) if self._take("...") else item)
            if not self._take(","):
                self._require(closing)
                break
        return tuple(items)

    def _pairs(self) -> tuple[Node, ...]:
        """Parse keys and values up to the closing brace."""
        items: list[Node] = []
        while not self._take("}"):
            key = self._key()
            if not self._take("="):
                self._require(":")
            items += (key, self._value())
            self._take(",")
        return tuple(items)

    def _key(self) -> Node:
        start = self._skip()
        match = self._match(_KEY)
        if match and self._text.startswith(("=", ":"), self._skip()):
            return Literal(match[0])
        self._position = start
        return self._postfix()

    def _enclosed(self, closing: str) -> Node:
        node = self._value()
        self._require(closing)
        return node

    def _require(self, text: str) -> None:
        if not self._take(text):
            raise UnsupportedSyntaxError(self._text)

    def _required(self, pattern: re.Pattern[str]) -> str:
        match = self._match(pattern)
        if match is None:
            raise UnsupportedSyntaxError(self._text)
        return match[0]

    def _take(self, text: str) -> bool:
        found = self._text.startswith(text, self._skip())
        self._position += len(text) * found
        return found

    def _match(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        match = pattern.match(self._text, self._skip())
        if match is not None:
            self._position = match.end()
        return match

    def _skip(self) -> int:
        match = _SPACE.match(self._text, self._position)
        self._position = match.end() if match else self._position
        return self._position

    def _call(self, start: int, name: str, arguments: tuple[Node, ...]) -> Call:
        return Call(self._since(start), name, arguments)

    def _since(self, start: int) -> str:
        return self._text[start : self._position].strip()
