"""State of the gateway itself, persisted between runs like the state of MiniStack."""

import json
from pathlib import Path
from typing import Any

_FILE = "gateway.json"


class StateStore:
    """Named sections of JSON values: ``state.section("placements")[task_arn] = subnet``.

    Args:
        directory: Loaded from and saved to this folder; None: in memory only.
    """

    def __init__(self, directory: Path | None) -> None:
        self._path = directory / _FILE if directory else None
        self._sections: dict[str, dict[str, Any]] = {}
        if self._path and self._path.exists():
            self._sections = json.loads(self._path.read_text())

    def section(self, name: str) -> dict[str, Any]:
        """Return the mutable section of that name; initially empty."""
        return self._sections.setdefault(name, {})

    def clear(self) -> None:
        """Empty every section."""
        for section in self._sections.values():
            section.clear()

    def save(self) -> None:
        """Write all sections to the directory, readable by its owner only."""
        if self._path is None:
            return
        self._path.parent.mkdir(parents=True, exist_ok=True)
        draft = self._path.with_suffix(".draft")
        draft.touch(mode=0o600)
        draft.write_text(json.dumps(self._sections))
        draft.replace(self._path)
