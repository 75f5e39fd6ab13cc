"""Parse one expression of the Terraform language into nodes.

https://developer.hashicorp.com/terraform/language/expressions
"""

import re
from collections.abc import Callable

from harness.preflight.configuration.nodes import (
    Access,
    Call,
    For,
    ListNode,
    Literal,
    Node,
    ObjectNode,
    Operation,
    Traversal,
)
from harness.preflight.configuration.strings import (
    HEREDOC,
    UnsupportedSyntaxError,
    end_of_interpolation,
    heredoc_text,
    unescape,
)

_MAX_DEPTH = 40
_IDENTIFIER = re.compile(r"[A-Za-z_][\w-]*")
_NUMBER = re.compile(r"\d{1,30}(\.\d{1,30})?")
_INSTANCE = re.compile(r"\d{1,9}")
_SPACE = re.compile(r"(?:\s|#[^\n]*|//[^\n]*|/\*.*?\*/)*", re.DOTALL)
_CONSTANTS = {"true": True, "false": False, "null": None}
_CLOSING = {"[": "]", "(": ")", "{": "}"}
# Binary operators by precedence, weakest first.
_BINARY = tuple(
    re.compile(pattern) for pattern in (r"\|\|", "&&", "==|!=", "<=|>=|<|>", r"\+|-", r"\*|/|%")
)


class ExpressionParser:
    """Recursive descent parser of one expression; raises ``UnsupportedSyntaxError``.

    Args:
        text: The expression, without ``${`` and ``}``.
        depth: Nesting in other expressions.
        template: Parses the text of a quoted string at a depth.
    """

    def __init__(self, text: str, depth: int, template: Callable[[str, int], Node]) -> None:
        self._text = text
        self._template = template
        self._position = 0
        self._depth = depth

    def end(self) -> None:
        """Require the end of the text."""
        self._skip()
        if self._position != len(self._text):
            raise UnsupportedSyntaxError(self._text)

    def value(self) -> Node:
        """Parse the next expression."""
        self._depth += 1
        if self._depth > _MAX_DEPTH:
            raise UnsupportedSyntaxError("too deep")
        self._skip()
        start = self._position
        node = self._binary(0)
        if self._peek() == "?":
            self._position += 1
            then = self.value()
            self._require(":")
            otherwise = self.value()
            node = Operation(self._since(start), "?", (node, then, otherwise))
        self._depth -= 1
        return node

    def _since(self, start: int) -> str:
        return self._text[start : self._position].strip()

    def _binary(self, level: int) -> Node:
        if level == len(_BINARY):
            return self._unary()
        self._skip()
        start = self._position
        node = self._binary(level + 1)
        while self._peek() and (operator := self._take(_BINARY[level])):
            right = self._binary(level + 1)
            node = Operation(self._since(start), operator, (node, right))
        return node

    def _unary(self) -> Node:
        operator = self._peek()
        if operator not in ("!", "-"):
            return self._postfix()
        start = self._position
        self._position += 1
        self._depth += 1
        if self._depth > _MAX_DEPTH:
            raise UnsupportedSyntaxError("too deep")
        operand = self._unary()
        self._depth -= 1
        if (
            operator == "-"
            and isinstance(operand, Literal)
            and isinstance(operand.value, int | float)
        ):
            return Literal(-operand.value)
        return Operation(self._since(start), operator, (operand,))

    def _postfix(self) -> Node:
        self._skip()
        start = self._position
        node = self._primary()
        while self._step_follows():
            if isinstance(node, Literal):
                raise UnsupportedSyntaxError(self._text)
            key = self._step()
            step = key.value if isinstance(key, Literal) else None
            if isinstance(node, Traversal) and isinstance(step, str | int):
                node = Traversal(self._since(start), node.root, (*node.path, step))
            elif isinstance(node, Access):
                node = Access(self._since(start), node.base, (*node.path, key))
            else:
                node = Access(self._since(start), node, (key,))
        if isinstance(node, Traversal) and not node.path and node.root in _CONSTANTS:
            return Literal(_CONSTANTS[node.root])
        return node

    def _step_follows(self) -> bool:
        dotted = self._text.startswith(".", self._position)
        expanded = self._text.startswith("...", self._position)
        return (dotted and not expanded) or self._text.startswith("[", self._position)

    def _primary(self) -> Node:
        character = self._peek()
        if character == '"':
            return self._string()
        if character in _CLOSING:
            return self._bracketed(character)
        if number := self._take(_NUMBER):
            return Literal(float(number) if "." in number else int(number))
        if match := HEREDOC.match(self._text, self._position):
            self._position = match.end()
            return self._template(heredoc_text(match), self._depth)
        return self._name()

    def _bracketed(self, opening: str) -> Node:
        start = self._position
        self._position += 1
        if opening == "(":
            node = self.value()
            self._require(")")
            return node
        if self._for_follows():
            return self._for(start, _CLOSING[opening])
        return ListNode(self._items("]")[0]) if opening == "[" else self._object()

    def _for_follows(self) -> bool:
        self._skip()
        match = _IDENTIFIER.match(self._text, self._position)
        return match is not None and match.group() == "for"

    def _for(self, start: int, closing: str) -> Node:
        self._take(_IDENTIFIER)
        names = [self._word()]
        if self._peek() == ",":
            self._position += 1
            names.append(self._word())
        if self._word() != "in":
            raise UnsupportedSyntaxError(self._text)
        collection = self.value()
        self._require(":")
        key, value = None, self.value()
        if closing == "}":
            self._require("=>")
            key, value = value, self.value()
        grouped = self._text.startswith("...", self._position)
        self._position += 3 * grouped
        condition = None
        if self._peek() != closing:
            if self._word() != "if":
                raise UnsupportedSyntaxError(self._text)
            condition = self.value()
        self._require(closing)
        text = self._since(start)
        return For(text, tuple(names), collection, value, key, condition, grouped)

    def _word(self) -> str:
        self._skip()
        return self._take(_IDENTIFIER) or ""

    def _require(self, text: str) -> None:
        self._skip()
        if not self._text.startswith(text, self._position):
            raise UnsupportedSyntaxError(self._text)
        self._position += len(text)

    def _string(self) -> Node:
        start = self._position + 1
        position = start
        while position < len(self._text) and self._text[position] != '"':
            if self._text.startswith("${", position):
                position = end_of_interpolation(self._text, position + 2)
            position += 2 if self._text[position] == "\\" else 1
        if position >= len(self._text):
            raise UnsupportedSyntaxError("string without an end")
        self._position = position + 1
        return self._template(unescape(self._text[start:position]), self._depth)

    def _items(self, closing: str) -> tuple[tuple[Node, ...], bool]:
        """Parse items up to the closing bracket; the last one may be expanded by ``...``."""
        items: list[Node] = []
        expanded = False
        while self._peek() != closing:
            items.append(self.value())
            self._skip()
            expanded = self._text.startswith("...", self._position)
            self._position += 3 * expanded
            if self._peek() == ",":
                self._position += 1
            elif self._peek() != closing:
                raise UnsupportedSyntaxError(self._text)
        self._position += 1
        return tuple(items), expanded

    def _object(self) -> Node:
        items: list[tuple[str | Node, Node]] = []
        while self._peek() != "}":
            key = self._key()
            if self._peek() not in ("=", ":"):
                raise UnsupportedSyntaxError(self._text)
            self._position += 1
            items.append((key, self.value()))
            if self._peek() == ",":
                self._position += 1
        self._position += 1
        return ObjectNode(tuple(items))

    def _key(self) -> str | Node:
        start = self._position
        if self._peek() not in ('"', "("):
            name = self._take(_IDENTIFIER) or self._take(_NUMBER)
            if name and self._peek() in ("=", ":"):
                return name
            self._position = start
        node = self._postfix()
        if isinstance(node, Literal) and isinstance(node.value, str):
            return node.value
        return node

    def _name(self) -> Node:
        start = self._position
        name = self._take(_IDENTIFIER)
        if name is None or name == "for":
            raise UnsupportedSyntaxError(self._text)
        while self._text.startswith("::", self._position):
            self._position += 2
            name = f"{name}::{self._take(_IDENTIFIER)}"
        if self._text.startswith("(", self._position):
            self._position += 1
            arguments, expanded = self._items(")")
            return Call(self._since(start), name, arguments, expanded)
        return Traversal(self._since(start), name, ())

    def _step(self) -> Node:
        """Parse ``.name``, ``.0``, ``.*``, ``[*]`` or ``[expression]``."""
        dotted = self._text[self._position] == "."
        self._position += 1
        if dotted:
            if step := self._take(_IDENTIFIER):
                return Literal(step)
            if number := self._take(_INSTANCE):
                return Literal(int(number))
        if self._text.startswith("*" if dotted else "*]", self._position):
            self._position += 1 if dotted else 2
            return Literal("*")
        if dotted:
            raise UnsupportedSyntaxError(self._text)
        node = self.value()
        self._require("]")
        return node

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
