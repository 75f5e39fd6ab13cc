"""The errors of the stack; each message is one line that says what is wrong and what is right."""

from typing import Any


class StackError(Exception):
    """Base of the errors that a user can mend."""


class ConfigError(StackError, ValueError):
    """A field of the configuration has a value that cannot be used.

    Args:
        field: Name of the field (or of the variable that was read).
        value: What it was; None when it was not given.
        right: What would be right.
    """

    def __init__(self, field: str, value: Any, right: str) -> None:
        seen = "not set" if value is None else repr(value)
        super().__init__(f"{field} is {seen}: {right}")
        self.field = field
        self.value = value
        self.right = right


class NodeNotFoundError(StackError):
    """The synth needs Node.js, and there is none."""
