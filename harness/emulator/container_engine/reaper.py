"""Records the processes of an engine on disk, and kills those of a dead engine."""

import contextlib
import json
import logging
from dataclasses import asdict, dataclass
from pathlib import Path

import psutil

logger = logging.getLogger(__name__)

RECORD_FILE = "processes.json"
_CLOCK_SLACK = 2.0


@dataclass(frozen=True)
class _Entry:
    pid: int
    started: float
    container: str


class ProcessRecord:
    """Records each process of the engine with its start time."""

    def __init__(self, directory: Path) -> None:
        self._path = directory / RECORD_FILE
        self._entries: dict[int, _Entry] = {}

    def add(self, pid: int, container: str) -> None:
        """Add a started process."""
        with contextlib.suppress(psutil.NoSuchProcess):
            self._entries[pid] = _Entry(pid, psutil.Process(pid).create_time(), container)
            self._write()

    def remove(self, pid: int) -> None:
        """Remove a process that has ended."""
        if self._entries.pop(pid, None):
            self._write()

    def _write(self) -> None:
        draft = self._path.with_suffix(".draft")
        draft.write_text(json.dumps([asdict(entry) for entry in self._entries.values()]))
        draft.replace(self._path)


def sweep_orphans(directory: Path) -> list[int]:
    """Kill the processes of a dead engine; return their PIDs.

    Call it only if the engine of the folder has ended. A PID that has been reused by another
    process, with a different start time, is skipped.

    Args:
        directory: Folder of the dead engine (``EngineConfig.directory``).
    """
    path = directory / RECORD_FILE
    if not path.exists():
        return []
    entries = [_Entry(**fields) for fields in json.loads(path.read_text())]
    swept = [entry.pid for entry in entries if _kill(entry)]
    path.unlink()
    return swept


def _kill(entry: _Entry) -> bool:
    try:
        process = psutil.Process(entry.pid)
        if abs(process.create_time() - entry.started) > _CLOCK_SLACK:
            return False
        family = [*process.children(recursive=True), process]
        for member in family:
            with contextlib.suppress(psutil.NoSuchProcess):
                member.kill()
        psutil.wait_procs(family, timeout=5)
    except psutil.NoSuchProcess:
        return False
    logger.warning(
        "killed process %s of container %s, left by a dead engine", entry.pid, entry.container
    )
    return True
