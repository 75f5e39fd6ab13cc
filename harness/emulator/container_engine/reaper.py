"""The record of an engine's processes on disk, and the sweep of what a killed engine left."""

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
    """Writes down each process that the engine starts, with its start time."""

    def __init__(self, directory: Path) -> None:
        self._path = directory / RECORD_FILE
        self._entries: dict[int, _Entry] = {}

    def add(self, pid: int, container: str) -> None:
        """Remember a process that was just started."""
        with contextlib.suppress(psutil.NoSuchProcess):
            self._entries[pid] = _Entry(pid, psutil.Process(pid).create_time(), container)
            self._write()

    def remove(self, pid: int) -> None:
        """Forget a process that has ended."""
        if self._entries.pop(pid, None):
            self._write()

    def _write(self) -> None:
        draft = self._path.with_suffix(".draft")
        draft.write_text(json.dumps([asdict(entry) for entry in self._entries.values()]))
        draft.replace(self._path)


def sweep_orphans(directory: Path) -> list[int]:
    """Kill the processes that a dead engine left running; return their pids.

    Call it only when the engine that used the folder is known to be gone. A pid that the system
    has since given to another process is left alone: the start time tells.

    Args:
        directory: The dead engine's folder (``EngineConfig.directory``).
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
    logger.warning("killed process %s of container %s, left by a dead engine", *_named(entry))
    return True


def _named(entry: _Entry) -> tuple[int, str]:
    return entry.pid, entry.container
