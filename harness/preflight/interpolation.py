"""Where the interpolations of a template begin and end."""

__all__ = ["UnsupportedError", "end_of_interpolation"]


class UnsupportedError(Exception):
    """The expression holds something that this parser leaves to Terraform."""


def end_of_interpolation(text: str, position: int) -> int:
    """Return where the interpolation that starts before ``position`` closes.

    Raises:
        UnsupportedError: It has no end.
    """
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
    raise UnsupportedError("interpolation without an end")
