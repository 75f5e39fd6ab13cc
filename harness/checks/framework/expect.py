"""Comparisons that raise ``CheckFailedError`` with what was expected and what was seen."""

from collections.abc import Sequence
from typing import Any, TypeVar

from harness.core.errors import CheckFailedError

T = TypeVar("T")


def expect(ok: bool, expected: str, actual: object) -> None:  # noqa: FBT001
    """Raise ``CheckFailedError("expected ..., seen: ...")`` unless ``ok``."""
    if not ok:
        raise CheckFailedError(f"expected {expected}, seen: {actual}")


def expect_equal(what: str, actual: Any, expected: Any) -> None:
    """Raise ``CheckFailedError`` unless both values are equal.

    Two mappings are compared key by key, so that the message has only the differences.
    """
    if isinstance(actual, dict) and isinstance(expected, dict):
        keys = [key for key in {**expected, **actual} if actual.get(key) != expected.get(key)]
        actual, expected = ({key: side.get(key) for key in keys} for side in (actual, expected))
    expect(actual == expected, f"{what}: {expected!r}", repr(actual))


def one(items: Sequence[T], what: str) -> T:
    """Return the only item; raise ``CheckFailedError`` if there is none or more than one."""
    expect(len(items) == 1, f"one {what}", f"{len(items)} of them")
    return items[0]
