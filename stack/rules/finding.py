"""What a rule finds, and how rules list values."""

from collections.abc import Iterable

# Name of a field, and what would be right for it.
Finding = tuple[str, str]

REGION = r"[a-z]{2}(-[a-z]+)+-\d"


def listed(values: Iterable[object]) -> str:
    """Return values as the text that a message names them with."""
    return ", ".join(str(value) for value in values)
