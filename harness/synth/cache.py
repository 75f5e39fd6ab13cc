"""The cache of synth results, shared by all runs of a user."""

import json
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

_MAX_ENTRIES = 20


def read(path: Path) -> dict[str, Any] | None:
    """Return a cached result and mark it as used; None if it is missing or damaged."""
    try:
        configuration: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        path.touch()
    except (OSError, ValueError):
        return None
    return configuration


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
