"""Results of earlier synths, kept in a folder that all runs of a user share."""

import json
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import filelock

from harness.core.errors import ProcessError

_KEPT_ENTRIES = 20


def read(path: Path) -> dict[str, Any] | None:
    """Return a kept result and mark it as used; None when there is none that is whole."""
    try:
        configuration: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        path.touch()
    except (OSError, ValueError):
        return None
    return configuration


@contextmanager
def turn(cache: Path, timeout: float) -> Iterator[None]:
    """Wait for the other synths of this user, so that equal ones are made once.

    Args:
        cache: The folder; made when missing.
        timeout: Deadline in seconds.

    Raises:
        ProcessError: Another synth took longer.
    """
    cache.mkdir(mode=0o700, parents=True, exist_ok=True)
    lock = cache / "synth.lock"
    try:
        with filelock.FileLock(lock, timeout=timeout):
            yield
    except filelock.Timeout as error:
        raise ProcessError(
            f"another synth of this user held {lock} for {timeout:g} s",
            remedy="wait for the other run; the lock ends with its process",
        ) from error


def keep(path: Path, configuration: Mapping[str, Any]) -> None:
    """Write a result in one step, and forget those that were used least recently."""
    with tempfile.NamedTemporaryFile(
        "w", dir=path.parent, suffix=".tmp", delete=False, encoding="utf-8"
    ) as written:
        json.dump(configuration, written, indent=2)
    Path(written.name).replace(path)
    entries = sorted(path.parent.glob("*.tf.json"), key=lambda entry: entry.stat().st_mtime)
    for entry in entries[:-_KEPT_ENTRIES]:
        entry.unlink(missing_ok=True)
