"""What checks say when they see something else."""

from collections.abc import Sequence
from typing import Any, TypeVar

from harness.core.errors import CheckFailedError

T = TypeVar("T")


def expect(ok: bool, wanted: str, seen: object) -> None:  # noqa: FBT001
    """Raise ``CheckFailedError("expected ..., seen: ...")`` unless ``ok``."""
    if not ok:
        raise CheckFailedError(f"expected {wanted}, seen: {seen}")


def expect_equal(what: str, seen: Any, wanted: Any) -> None:
    """Raise ``CheckFailedError`` unless what was seen is what was wanted.

    Two mappings are compared key by key, so that the message names only what differs.
    """
    if isinstance(seen, dict) and isinstance(wanted, dict):
        keys = [key for key in {**wanted, **seen} if seen.get(key) != wanted.get(key)]
        seen, wanted = ({key: side.get(key) for key in keys} for side in (seen, wanted))
    expect(seen == wanted, f"{what}: {wanted!r}", repr(seen))


def one(items: Sequence[T], what: str) -> T:
    """Return the only item; raise ``CheckFailedError`` if there is none, or another too."""
    expect(len(items) == 1, f"one {what}", f"{len(items)} of them")
    return items[0]
