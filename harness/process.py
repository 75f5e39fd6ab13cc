"""The one seam to subprocesses: run to the end, with a deadline and cancellation."""

import logging
import os
import shlex
import signal
import subprocess
import threading
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from harness.errors import ProcessError
from harness.redaction import redact

__all__ = ["Completed", "run", "stop_group"]

logger = logging.getLogger(__name__)

_TAIL_LINES = 40


@dataclass(frozen=True)
class Completed:
    """A process that ran to its end: exit status and everything it printed."""

    command: tuple[str, ...]
    returncode: int
    stdout: str
    stderr: str


def run(
    command: Sequence[str],
    *,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
    timeout: float,
    grace: float = 60.0,
    on_line: Callable[[str], None] | None = None,
    accept: tuple[int, ...] = (0,),
) -> Completed:
    """Run a command to its end and return what it printed.

    The command gets a process group of its own. When the deadline passes, or this thread is
    interrupted (``KeyboardInterrupt``), the group receives SIGINT, and SIGKILL after ``grace``
    seconds: Terraform uses that time to finish the calls under way and to write its state.

    Args:
        command: Program and arguments; no shell is involved.
        cwd: Working directory.
        env: The whole environment; the harness's own when None.
        timeout: Deadline in seconds.
        grace: Seconds between the polite and the final signal.
        on_line: Called with each line of standard output, as it comes.
        accept: Exit statuses that are no failure.

    Raises:
        ProcessError: It could not be started, ran out of time or ended with another status.
    """
    shown = redact(shlex.join(command))
    logger.debug("run: %s", shown)
    try:
        process = subprocess.Popen(
            command,
            cwd=cwd,
            env=dict(env) if env is not None else None,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            errors="replace",
            start_new_session=True,
        )
    except OSError as error:
        raise ProcessError(f"cannot start `{shown}`: {error}", command=tuple(command)) from error
    output = _Output(process, on_line)
    try:
        process.wait(timeout)
    except subprocess.TimeoutExpired as error:
        stop_group(process, first=signal.SIGINT, grace=grace)
        output.join()
        raise ProcessError(
            f"`{shown}` did not end within {timeout:g} s and was stopped",
            command=tuple(command),
            returncode=process.returncode,
            output=output.tail(),
        ) from error
    except BaseException:
        stop_group(process, first=signal.SIGINT, grace=grace)
        output.join()
        raise
    output.join()
    done = Completed(
        tuple(command), process.returncode, "".join(output.stdout), "".join(output.stderr)
    )
    if done.returncode not in accept:
        raise ProcessError(
            f"`{shown}` ended with status {done.returncode}\n{output.tail()}",
            command=done.command,
            returncode=done.returncode,
            output=output.tail(),
        )
    return done


class _Output:
    """Drains both pipes of a process so that it never blocks on a full one."""

    def __init__(
        self, process: subprocess.Popen[str], on_line: Callable[[str], None] | None
    ) -> None:
        self.stdout: list[str] = []
        self.stderr: list[str] = []
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
        self, pipe: object, lines: list[str], on_line: Callable[[str], None] | None
    ) -> None:
        with pipe:  # type: ignore[attr-defined]
            for line in pipe:  # type: ignore[attr-defined]
                lines.append(line)
                self._last.append(line)
                if on_line is not None:
                    on_line(line.rstrip("\n"))

    def join(self) -> None:
        for thread in self._threads:
            thread.join()

    def tail(self) -> str:
        return redact("".join(self._last)).strip()


def stop_group(
    process: subprocess.Popen[str] | subprocess.Popen[bytes],
    *,
    first: signal.Signals = signal.SIGTERM,
    grace: float = 10.0,
) -> None:
    """Stop a process and its group: ``first``, then SIGKILL after ``grace`` seconds."""
    if process.poll() is None:
        _signal_group(process.pid, first)
        try:
            process.wait(grace)
        except subprocess.TimeoutExpired:
            logger.warning("process %s ignored %s; killing it", process.pid, first.name)
    _signal_group(process.pid, signal.SIGKILL)
    process.wait()


def _signal_group(pid: int, number: signal.Signals) -> None:
    try:
        os.killpg(pid, number)
    except (ProcessLookupError, PermissionError):
        # The group is gone, or (macOS) holds only zombies: nothing left to signal.
        return
