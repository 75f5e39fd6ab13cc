"""What a running process prints: read in threads of their own, as it comes."""

import subprocess
import threading
from collections import deque
from collections.abc import Callable
from typing import IO

from harness.core.redaction import redact

_TAIL_LINES = 40


class ProcessOutput:
    """Drains both pipes of a process so that it never blocks on a full one."""

    def __init__(
        self, process: subprocess.Popen[str], on_line: Callable[[str], None] | None
    ) -> None:
        self.stdout: list[str] = []
        self.stderr: list[str] = []
        self._failure: Exception | None = None
        self._last: deque[str] = deque(maxlen=_TAIL_LINES)
        self._threads = [
            threading.Thread(target=self._drain, args=args, daemon=True)
            for args in (
                (process.stdout, self.stdout, on_line),
                (process.stderr, self.stderr, None),
            )
        ]
        for thread in self._threads:
            thread.start()

    def _drain(
        self, pipe: IO[str], lines: list[str], on_line: Callable[[str], None] | None
    ) -> None:
        with pipe:
            for line in pipe:
                lines.append(line)
                self._last.append(line)
                if on_line is not None and self._failure is None:
                    self._tell(on_line, line.rstrip("\n"))

    def _tell(self, on_line: Callable[[str], None], line: str) -> None:
        try:
            on_line(line)
        except Exception as error:  # noqa: BLE001 - kept for ``reraise``; the pipe is drained on
            self._failure = error

    def join(self, timeout: float | None = None) -> bool:
        """Wait until both pipes are closed; False when one was still open at the deadline."""
        for thread in self._threads:
            thread.join(timeout)
        return not any(thread.is_alive() for thread in self._threads)

    def reraise(self) -> None:
        """Raise what ``on_line`` raised, in the thread that asked for the command."""
        if self._failure is not None:
            raise self._failure

    def tail(self) -> str:
        """Return the last lines of both pipes, redacted."""
        return redact("".join(self._last)).strip()
