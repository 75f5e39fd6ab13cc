"""The errors of the stack; each message is one line with the actual and the expected value."""

from typing import Any


class StackError(Exception):
    """Base of the errors that a user can fix."""


class ConfigError(StackError, ValueError):
    """A field of the configuration has a value that cannot be used.

    Args:
        field: Name of the field (or of the variable that was read).
        value: Actual value; None when not set.
        expected: Expected value, such as ``must be 1 to 100``.
    """

    def __init__(self, field: str, value: Any, expected: str) -> None:
        actual = "not set" if value is None else repr(value)
        super().__init__(f"{field} is {actual}: {expected}")
        self.field = field
        self.value = value
        self.expected = expected


class NodeNotFoundError(StackError):
    """The synth requires Node.js, which is not installed."""
