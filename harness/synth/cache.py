"""The cache of synth results, shared by all runs of a user."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from harness.core import file_cache

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
    file_cache.store(path, json.dumps(configuration, indent=2).encode(), keep=_MAX_ENTRIES)
