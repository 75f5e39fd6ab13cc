"""The text of quoted strings and heredocs."""

import json
import re

HEREDOC = re.compile(r"<<(-?)(\w+)\n(.*?\n)??[ \t]*\2\b", re.DOTALL)
"""A heredoc; ``heredoc_text`` returns its text."""
_ESCAPE = re.compile(r'\\(?:["\\nrt]|u[0-9a-fA-F]{4})')


class UnsupportedSyntaxError(Exception):
    """The syntax is not supported by the parser of expressions."""


def end_of_interpolation(text: str, position: int) -> int:
    """Return the end of the interpolation that starts before ``position``."""
    end = text.find("}", position)
    if end >= 0 and not any(mark in text[position:end] for mark in '"{'):
        return end
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
    raise UnsupportedSyntaxError("interpolation without an end")


def unescape(text: str) -> str:
    """Decode the escapes of a quoted string outside its interpolations."""
    return _ESCAPE.sub(lambda match: str(json.loads(f'"{match[0]}"')), text)


def heredoc_text(match: re.Match[str]) -> str:
    """Return the text of a heredoc; ``<<-`` removes the common indentation."""
    text = match[3] or ""
    if not match[1]:
        return text
    lines = text.splitlines(keepends=True)
    indents = [len(line) - len(line.lstrip(" \t")) for line in lines if line.strip()]
    return "".join(line[min(indents, default=0) :] for line in lines)


def unquoted(text: str) -> str:
    """Return the text of a string that may be a heredoc."""
    match = HEREDOC.fullmatch(text) if text.startswith("<<") else None
    return heredoc_text(match) if match else text
