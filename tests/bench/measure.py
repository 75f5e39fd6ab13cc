"""Wall time, CPU time and peak memory of a command with everything that it starts."""

import os
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

_SAMPLE_SECONDS = 0.5


@dataclass(frozen=True)
class Usage:
    """What a command used.

    Attributes:
        wall: Seconds from its start to its end.
        cpu: CPU seconds of it and of all processes that it has waited for, the emulator's too.
        memory: Largest sum of the memory (PSS) of its processes, in bytes.
        status: Exit status.
    """

    wall: float
    cpu: float
    memory: int
    status: int


def measure(
    command: Sequence[str], *, folder: Path, environment: Mapping[str, str], log: Path
) -> Usage:
    """Run a command to its end; its output goes to a file."""
    started = time.monotonic()
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, cwd=folder, env=environment, stdout=output, stderr=output
        )
        peak = _Peak(process.pid)
        try:
            _, status, used = os.wait4(process.pid, 0)
            wall = time.monotonic() - started
        finally:
            memory = peak.end()
        process.returncode = os.waitstatus_to_exitcode(status)
    return Usage(wall, used.ru_utime + used.ru_stime, memory, process.returncode)


class _Peak:
    """Samples the memory of a process and its descendants in a thread."""

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self._peak = 0
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._sample)
        self._thread.start()

    def _sample(self) -> None:
        while not self._ended.wait(_SAMPLE_SECONDS):
            with suppress(psutil.Error):
                root = psutil.Process(self._pid)
                family = [root, *root.children(recursive=True)]
                self._peak = max(self._peak, sum(map(_memory, family)))

    def end(self) -> int:
        """Stop, and return the largest sum in bytes."""
        self._ended.set()
        self._thread.join()
        return self._peak


def _memory(process: psutil.Process) -> int:
    with suppress(psutil.Error):
        # Shared pages count once: https://docs.kernel.org/filesystems/proc.html (smaps, Pss).
        return int(process.memory_full_info().pss)
    return 0
