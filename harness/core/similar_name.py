"""Suggestions for a mistyped name."""

import difflib
from collections.abc import Iterable


def similar_name(name: str, known: Iterable[str]) -> str:
    """Return ". Did you mean 'x'?" with the most similar of the known names; empty if none is."""
    similar = difflib.get_close_matches(name.lower(), [*map(str, known)], n=1)
    return f". Did you mean {similar[0]!r}?" if similar else ""
