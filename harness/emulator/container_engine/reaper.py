"""Records the processes of an engine on disk, and kills those of a dead engine."""

import contextlib
import json
import logging
from dataclasses import asdict, dataclass
from pathlib import Path

import psutil

from harness.core.errors import EmulatorError
from harness.core.json_values import from_json
from harness.core.process_end import all_end, has_ended

logger = logging.getLogger(__name__)

RECORD_FILE = "processes.json"
_CLOCK_SLACK = 2.0
_END_SECONDS = 5.0


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

    Call it only if the engine of the folder (``EngineConfig.directory``) has ended. A PID that has
    been reused by another process, with a different start time, is skipped.

    Raises:
        EmulatorError: The record is damaged; nothing was killed.
    """
    path = directory / RECORD_FILE
    if not path.exists():
        return []
    try:
        entries = [from_json(each, _Entry) for each in json.loads(path.read_text())]
    except (ValueError, TypeError, RecursionError) as error:
        raise EmulatorError(
            f"the record of processes {path} cannot be read: {error!r}",
            remedy="end the processes that a dead cloud left by hand, then delete its folder",
        ) from error
    swept = [entry.pid for entry in entries if _kill(entry)]
    path.unlink()
    return swept


def _kill(entry: _Entry) -> bool:
    try:
        process = psutil.Process(entry.pid)
        if has_ended(process) or abs(process.create_time() - entry.started) > _CLOCK_SLACK:
            return False
        family = [*process.children(recursive=True), process]
        for member in family:
            with contextlib.suppress(psutil.NoSuchProcess):
                member.kill()
        all_end(family, timeout=_END_SECONDS)
    except psutil.NoSuchProcess:
        return False
    logger.warning(
        "killed process %s of container %s, left by a dead engine", entry.pid, entry.container
    )
    return True
