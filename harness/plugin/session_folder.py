"""The folder through which the processes of one pytest session share the harness's state."""

import json
import os
import secrets
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

_RUN = "run.json"
_RESULTS = "results.jsonl"


class SessionFolder:
    """Created by the first process that needs the harness; others test for its existence.

    Without ``path`` it has a new random name in the folder for temporary files.
    """

    def __init__(self, path: str | None = None) -> None:
        name = f"catalog-harness-session-{secrets.token_hex(16)}"
        self.path = Path(path) if path else Path(tempfile.gettempdir()) / name

    def create(self) -> None:
        """Create it for this user alone, unless another process has."""
        self.path.mkdir(mode=0o700, exist_ok=True)

    @property
    def exists(self) -> bool:
        """Whether a process of the session needs the harness."""
        return self.path.is_dir()

    def agree(self, proposal: Mapping[str, str]) -> dict[str, str]:
        """Return the proposal of the first process that called this."""
        self.create()
        draft = self.path / f"{_RUN}.{os.getpid()}"
        draft.write_text(json.dumps(proposal))
        try:
            os.link(draft, self.path / _RUN)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
        agreed: dict[str, str] = json.loads((self.path / _RUN).read_text())
        return agreed

    def append(self, result: Mapping[str, Any]) -> None:
        """Add a result; it is there even if this process is killed afterwards."""
        line = json.dumps(result) + "\n"
        descriptor = os.open(self.path / _RESULTS, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            os.write(descriptor, line.encode())  # one call: lines of two processes do not mix
        finally:
            os.close(descriptor)

    def results(self) -> list[dict[str, Any]]:
        """Return the results of all processes, in the order in which they were added."""
        try:
            text = (self.path / _RESULTS).read_text()
        except FileNotFoundError:
            return []
        return [json.loads(line) for line in text.splitlines()]

    def remove(self) -> None:
        """Remove it."""
        if self.exists:
            for path in self.path.iterdir():
                path.unlink()
            self.path.rmdir()
