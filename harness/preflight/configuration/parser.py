"""Parse the part of Terraform's expression language that occurs in Terraform JSON.

Syntax: https://developer.hashicorp.com/terraform/language/syntax/json#expression-mapping.
Literals, templates, lists, objects, function calls and references become nodes; anything else
(operators, conditions, ``for``) becomes ``Opaque``.
"""

import json
import re
from dataclasses import dataclass
from functools import lru_cache

_MAX_LENGTH = 200_000
_ESCAPED = ("$${", "%%{")
_MARK = re.compile(r"\$\$\{|%%\{|\$\{|%\{")
_MAX_DEPTH = 40
_IDENTIFIER = re.compile(r"[A-Za-z_][\w-]*")
_NUMBER = re.compile(r"-?\d{1,30}(\.\d{1,30})?")
_INSTANCE = re.compile(r"\d{1,9}")
_SPACE = re.compile(r"\s*")
_CONSTANTS = {"true": True, "false": False, "null": None}
_CLOSING = {"[": "]", "(": ")", "{": "}"}


@dataclass(frozen=True)
class Literal:
    """A string, number, boolean or null."""

    value: str | int | float | bool | None


@dataclass(frozen=True)
class Opaque:
    """An expression that is not parsed; only its text is kept."""

    text: str


@dataclass(frozen=True)
class Traversal:
    """A reference: ``aws_lb.this.arn`` is root ``aws_lb`` and path ``("this", "arn")``."""

    text: str
    root: str
    path: tuple[str | int, ...]


@dataclass(frozen=True)
class Call:
    """A function call."""

    text: str
    name: str
    arguments: tuple["Node", ...]


@dataclass(frozen=True)
class ListNode:
    """A list of expressions."""

    items: tuple["Node", ...]


@dataclass(frozen=True)
class ObjectNode:
    """An object of expressions."""

    items: tuple[tuple[str, "Node"], ...]


@dataclass(frozen=True)
class Template:
    """A string with interpolations: literals and expressions, in order."""

    text: str
    parts: tuple["Node", ...]


Node = Literal | Opaque | Traversal | Call | ListNode | ObjectNode | Template


class _UnsupportedError(Exception):
    """The syntax is not supported by this parser."""


@lru_cache(maxsize=4096)
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
    except _UnsupportedError:
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
            raise _UnsupportedError(mark.group())
        end = _end_of_interpolation(text, mark.end())
        parts += [Literal(literal)] if literal else []
        parts.append(_expression(text[mark.end() : end], depth + 1))
        literal, position = "", end + 1
    literal += text[position:]
    if literal or not parts:
        parts.append(Literal(literal))
    return parts[0] if len(parts) == 1 else Template(text, tuple(parts))


def _expression(text: str, depth: int) -> Node:
    parser = _ExpressionParser(text, depth)
    try:
        node = parser.value()
        parser.end()
    except _UnsupportedError:
        return Opaque(text)
    return node


def _end_of_interpolation(text: str, position: int) -> int:
    """Return the end of the interpolation that starts before ``position``."""
    stack = ["{"]
    while position < len(text):
        character = text[position]
        if stack[-1] == '"':
            if character == "\\":
                position += 1
            elif text.startswith(("${", "%{"), position):
                stack.append("{")
                position += 1
            elif character == '"':
                stack.pop()
        elif character in '"{':
            stack.append(character)
        elif character == "}":
            stack.pop()
            if not stack:
                return position
        position += 1
    raise _UnsupportedError("interpolation without an end")


class _ExpressionParser:
    """Recursive descent parser of one expression; raises ``_UnsupportedError``.

    Args:
        text: The expression, without ``${`` and ``}``.
        depth: Nesting in other expressions.
    """

    def __init__(self, text: str, depth: int) -> None:
        self._text = text
        self._position = 0
        self._depth = depth

    def end(self) -> None:
        """Require the end of the text."""
        self._skip()
        if self._position != len(self._text):
            raise _UnsupportedError(self._text)

    def value(self) -> Node:
        """Parse the next value."""
        self._depth += 1
        if self._depth > _MAX_DEPTH:
            raise _UnsupportedError("too deep")
        node = self._primary()
        self._depth -= 1
        return node

    def _primary(self) -> Node:
        character = self._peek()
        if character == '"':
            return self._string()
        if character in _CLOSING:
            return self._bracketed(character)
        if number := self._take(_NUMBER):
            return Literal(float(number) if "." in number else int(number))
        return self._name()

    def _bracketed(self, opening: str) -> Node:
        self._position += 1
        if opening == "[":
            return ListNode(self._items("]"))
        if opening == "{":
            return self._object()
        items = self._items(")")
        if len(items) != 1:
            raise _UnsupportedError(self._text)
        return items[0]

    def _string(self) -> Node:
        start = self._position + 1
        position = start
        while position < len(self._text) and self._text[position] != '"':
            if self._text.startswith("${", position):
                position = _end_of_interpolation(self._text, position + 2)
            position += 2 if self._text[position] == "\\" else 1
        if position >= len(self._text):
            raise _UnsupportedError("string without an end")
        self._position = position + 1
        return _template(_unescape(self._text[start:position]), self._depth)

    def _items(self, closing: str) -> tuple[Node, ...]:
        items: list[Node] = []
        while self._peek() != closing:
            items.append(self.value())
            if self._peek() == ",":
                self._position += 1
            elif self._peek() != closing:
                raise _UnsupportedError(self._text)
        self._position += 1
        return tuple(items)

    def _object(self) -> Node:
        items: list[tuple[str, Node]] = []
        while self._peek() != "}":
            key = self._key()
            if self._peek() not in ("=", ":"):
                raise _UnsupportedError(self._text)
            self._position += 1
            items.append((key, self.value()))
            if self._peek() == ",":
                self._position += 1
        self._position += 1
        return ObjectNode(tuple(items))

    def _key(self) -> str:
        node = self._string() if self._peek() == '"' else Literal(self._take(_IDENTIFIER))
        if not isinstance(node, Literal) or not node.value:
            raise _UnsupportedError(self._text)
        return str(node.value)

    def _name(self) -> Node:
        start = self._position
        name = self._take(_IDENTIFIER)
        if name is None or name == "for":
            raise _UnsupportedError(self._text)
        if self._text.startswith("(", self._position):
            self._position += 1
            arguments = self._items(")")
            return Call(self._text[start : self._position], name, arguments)
        path = self._path()
        if not path and name in _CONSTANTS:
            return Literal(_CONSTANTS[name])
        return Traversal(self._text[start : self._position], name, path)

    def _path(self) -> tuple[str | int, ...]:
        path: list[str | int] = []
        while self._text.startswith((".", "["), self._position):
            if self._text[self._position] == ".":
                self._position += 1
                path.append(self._step())
            else:
                self._position += 1
                path.append(self._index())
        return tuple(path)

    def _step(self) -> str | int:
        if step := self._take(_IDENTIFIER):
            return step
        if number := self._take(_INSTANCE):
            return int(number)
        if self._text.startswith("*", self._position):
            self._position += 1
            return "*"
        raise _UnsupportedError(self._text)

    def _index(self) -> str | int:
        if self._text.startswith("*]", self._position):
            self._position += 2
            return "*"
        items = self._items("]")
        if len(items) != 1 or not isinstance(items[0], Literal):
            raise _UnsupportedError(self._text)
        value = items[0].value
        return value if isinstance(value, int) else str(value)

    def _peek(self) -> str:
        self._skip()
        if self._position >= len(self._text):
            return ""
        return self._text[self._position]

    def _take(self, pattern: re.Pattern[str]) -> str | None:
        match = pattern.match(self._text, self._position)
        if match is None:
            return None
        self._position = match.end()
        return match.group()

    def _skip(self) -> None:
        match = _SPACE.match(self._text, self._position)
        self._position = match.end() if match else self._position


def _unescape(text: str) -> str:
    """Decode the escapes of a quoted string outside its interpolations."""
    if "\\" not in text:
        return text
    pieces = re.split(r'(\\(?:["\\nrt]|u[0-9a-fA-F]{4}))', text)
    return "".join(json.loads(f'"{piece}"') if piece[:1] == "\\" else piece for piece in pieces)
