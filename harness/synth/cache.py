"""The cache of synth results, shared by all runs of a user."""

import json
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import filelock

from harness.core.errors import ProcessError

_MAX_ENTRIES = 20


def read(path: Path) -> dict[str, Any] | None:
    """Return a cached result and mark it as used; None if it is missing or damaged."""
    try:
        configuration: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        path.touch()
    except (OSError, ValueError):
        return None
    return configuration


@contextmanager
def cache_lock(cache: Path, timeout: float) -> Iterator[None]:
    """Lock the cache, so that concurrent equal synths run once.

    Args:
        cache: Folder of the cache; created if missing.
        timeout: Deadline in seconds.

    Raises:
        ProcessError: Another synth held the lock for longer.
    """
    cache.mkdir(mode=0o700, parents=True, exist_ok=True)
    lock = cache / "synth.lock"
    try:
        with filelock.FileLock(lock, timeout=timeout):
            yield
    except filelock.Timeout as error:
        raise ProcessError(
            f"another synth of this user held {lock} for {timeout:g} s",
            remedy="wait for the other run; its lock ends with its process",
        ) from error


def store(path: Path, configuration: Mapping[str, Any]) -> None:
    """Write a result atomically, and delete the least recently used ones."""
    with tempfile.NamedTemporaryFile(
        "w", dir=path.parent, suffix=".tmp", delete=False, encoding="utf-8"
    ) as written:
        json.dump(configuration, written, indent=2)
    Path(written.name).replace(path)
    entries = sorted(path.parent.glob("*.tf.json"), key=lambda entry: entry.stat().st_mtime)
    for entry in entries[:-_MAX_ENTRIES]:
        entry.unlink(missing_ok=True)
