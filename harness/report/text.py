"""Text that is safe to show: without secrets and control characters."""

import re
from typing import Any

from harness.core.redaction import redact

_MINUTE = 60
_COLOUR = re.compile(r"\x1b\[[0-9;:]*m")


def visible(text: str) -> str:
    r"""Redact a text and make every character in it visible; line breaks stay.

    Colours are dropped. Any other control character, including those that would move a
    cursor or reverse the reading direction, is shown as an escape (``\x1b``, ``\u202e``).
    """
    text = redact(_COLOUR.sub("", text)).replace("\r\n", "\n").expandtabs(4)
    return "".join(
        character
        if character == "\n" or character.isprintable()
        else character.encode("unicode_escape").decode()
        for character in text
    )


def one_line(text: str) -> str:
    """Return ``visible(text)`` with every run of white space as one space."""
    return " ".join(visible(text).split())


def shortened(text: str, limit: int) -> str:
    """Cut a text to about ``limit`` characters and append the number of the others."""
    left_out = len(text) - limit
    return text if left_out <= 0 else f"{text[:limit].rstrip()} ... ({left_out} more characters)"


def duration(seconds: float) -> str:
    """Return a duration given in seconds as text: ``4.3 s``, ``3 min 05 s``."""
    whole = round(seconds)
    if whole < _MINUTE:
        return f"{seconds:.1f} s"
    return f"{whole // _MINUTE} min {whole % _MINUTE:02d} s"


def redacted(value: Any) -> Any:
    """Return a copy of a JSON value with every text redacted."""
    if isinstance(value, str):
        return redact(value)
    if isinstance(value, dict):
        return {redact(name): redacted(item) for name, item in value.items()}
    return [redacted(item) for item in value] if isinstance(value, list | tuple) else value
