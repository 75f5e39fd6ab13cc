"""The one seam to subprocesses: run to the end, with a deadline and cancellation."""

import errno
import logging
import os
import shlex
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from subprocess import CompletedProcess
from typing import IO

from harness.core.errors import ProcessError
from harness.core.interrupts import deferred_interrupts
from harness.core.redaction import redact

logger = logging.getLogger(__name__)

# Interval at which ``cancel`` is read; an interrupt of the main thread takes effect at once.
_CANCEL_LATENCY = 0.2
# How long a descendant may hold the output open after the command itself has ended.
_DRAIN_SECONDS = 5.0
_TAIL_LINES = 40
_GUARD = (sys.executable, "-I", "-S", str(Path(__file__).with_name("process_guard.py")))


class ProcessCancelledError(ProcessError):
    """The command was cancelled."""


def run(
    command: Sequence[str],
    *,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
    timeout: float,
    grace: float = 60.0,
    on_line: Callable[[str], None] | None = None,
    accept: tuple[int, ...] | None = (0,),
    cancel: threading.Event | None = None,
    guarded: bool = False,
    stdin: str | None = None,
) -> CompletedProcess[str]:
    """Run a command to its end and return what it printed.

    The command gets a session of its own, so the terminal's Ctrl-C does not reach it. When the
    deadline passes, ``cancel`` is set, or this thread is interrupted (``KeyboardInterrupt``),
    its process group (a guarded command alone) receives exactly one SIGINT, and the group
    SIGKILL after ``grace`` seconds: Terraform uses that time to finish the calls under way and
    to write its state, and a second SIGINT would make it give up on both
    (https://developer.hashicorp.com/terraform/cli/commands/apply). Interrupts that arrive
    during the grace period are therefore only logged.

    Args:
        command: Program and arguments; no shell is involved.
        env: The whole environment; the harness's own when None.
        timeout: Deadline in seconds.
        grace: Seconds between SIGINT and SIGKILL.
        on_line: Called in a separate thread with each line of standard output.
        accept: Exit statuses that are no failure; None for all.
        cancel: Set by another thread to stop the command.
        guarded: Whether it is stopped in the same way when this process is killed.
        stdin: Its standard input, such as a password that must not be among its arguments: a
            few kilobytes at most, and not for a guarded command.

    Raises:
        ProcessError: It could not be started, ran out of time or ended with another status.
        ProcessCancelledError: ``cancel`` was set before the command ended.
    """
    logger.debug("run: %s", _shown(command))
    # Without a program to guard, the error of starting it is the most precise one.
    guard = (*_GUARD, f"{grace:g}") if guarded and shutil.which(command[0]) else ()
    child: _Child | None = None
    try:
        with deferred_interrupts():  # an interrupt in between would orphan the process
            child = _Child(command, _start(command, guard, cwd, env, stdin), on_line)
        ended = child.wait(timeout, cancel)
    except BaseException as error:
        if child is not None:
            child.stop(grace, interrupted=isinstance(error, KeyboardInterrupt))
        raise
    if not ended:
        child.stop(grace, interrupted=False)
        raise child.unfinished(timeout, cancel)
    return child.completed(accept)


def _shown(command: Sequence[str]) -> str:
    return redact(shlex.join(command))


def _start(
    command: Sequence[str],
    guard: Sequence[str],
    cwd: Path | None,
    env: Mapping[str, str] | None,
    stdin: str | None,
    *,
    tries: int = 40,
) -> subprocess.Popen[str]:
    try:
        process = subprocess.Popen(
            [*guard, *command],
            cwd=cwd,
            env=dict(env) if env is not None else None,
            # The guard detects the end of this process by the end of this pipe.
            stdin=subprocess.DEVNULL if stdin is None and not guard else subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            errors="replace",
            start_new_session=True,
            umask=0o077,  # its files, such as a Terraform state, are for this user alone
        )
    except OSError as error:
        if error.errno == errno.ETXTBSY and tries > 1:
            # It was just written, and a child of another thread, forked meanwhile, has it open yet.
            time.sleep(0.05)
            return _start(command, guard, cwd, env, stdin, tries=tries - 1)
        raise ProcessError(f"cannot start `{_shown(command)}`: {error}") from error
    if stdin is not None and process.stdin is not None:
        with suppress(BrokenPipeError), process.stdin:  # it may end without reading it
            process.stdin.write(stdin)
        process.stdin = None
    return process


class _Child:
    """One command while it runs: its process and its output."""

    def __init__(
        self,
        command: Sequence[str],
        process: subprocess.Popen[str],
        on_line: Callable[[str], None] | None,
    ) -> None:
        self.command = command
        self.shown = _shown(command)
        self.process = process
        self.output = _Output(process, on_line)

    def wait(self, timeout: float, cancel: threading.Event | None) -> bool:
        """Wait for the end of the process; False when it was cancelled or out of time."""
        deadline = time.monotonic() + timeout
        while True:
            left = deadline - time.monotonic()
            with suppress(subprocess.TimeoutExpired):
                self.process.wait(max(0.0, left if cancel is None else min(left, _CANCEL_LATENCY)))
                return True
            if left <= 0 or (cancel is not None and cancel.is_set()):
                return False

    def stop(self, grace: float, *, interrupted: bool) -> None:
        logger.warning("stopping `%s`; it has %g s to finish", self.shown, grace)
        note = f"still waiting for `{self.shown}` to finish"
        with deferred_interrupts(note=note, drop=interrupted):
            guarded = self.process.stdin is not None
            stop_group(self.process, first=signal.SIGINT, grace=grace, alone=guarded)
            if self.process.stdin is not None:
                self.process.stdin.close()
            self.output.join()

    def unfinished(self, timeout: float, cancel: threading.Event | None) -> ProcessError:
        cancelled = cancel is not None and cancel.is_set()
        kind = ProcessCancelledError if cancelled else ProcessError
        reason = "was cancelled" if cancelled else f"did not end within {timeout:g} s"
        return self._error(f"{reason} and was stopped", kind)

    def completed(self, accept: tuple[int, ...] | None) -> CompletedProcess[str]:
        if self.process.stdin is not None:  # a program that was killed leaves its plugins
            _signal_group(self.process.pid, signal.SIGKILL)
            self.process.stdin.close()
        if not self.output.join(_DRAIN_SECONDS):
            logger.warning("`%s` left a process behind; ending it", self.shown)
            stop_group(self.process)
            self.output.join()
        self.output.reraise()
        status = self.process.returncode
        if accept is not None and status not in accept:
            raise self._error(f"ended with status {status}")
        texts = ("".join(lines) for lines in (self.output.stdout, self.output.stderr))
        return CompletedProcess(self.command, status, *texts)

    def _error(self, reason: str, kind: type[ProcessError] = ProcessError) -> ProcessError:
        tail = self.output.tail()
        message = f"`{self.shown}` {reason}\n{tail}".strip()
        return kind(message, returncode=self.process.returncode, output=tail)


class _Output:
    """Drains both pipes of a process, in one thread each, so that it never blocks on a full one."""

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
                    try:
                        on_line(line.rstrip("\n"))
                    except Exception as error:  # noqa: BLE001 - for ``reraise``; drained on
                        self._failure = error

    def join(self, timeout: float | None = None) -> bool:
        """Wait until both pipes are closed; False when one was still open at the deadline."""
        for thread in self._threads:
            thread.join(timeout)
        return not any(thread.is_alive() for thread in self._threads)

    def reraise(self) -> None:
        """Raise the exception of ``on_line`` in the thread that runs the command."""
        if self._failure is not None:
            raise self._failure

    def tail(self) -> str:
        """Return the last lines of both pipes, redacted."""
        return redact("".join(self._last)).strip()


def stop_group(
    process: subprocess.Popen[str] | subprocess.Popen[bytes],
    *,
    first: signal.Signals = signal.SIGTERM,
    grace: float = 10.0,
    alone: bool = False,
) -> None:
    """Stop a process and its group: ``first`` once, then SIGKILL after ``grace`` seconds.

    Args:
        process: Started with ``start_new_session=True``.
        alone: Whether only the process receives ``first``, because it stops the others itself.
    """
    if process.poll() is None:
        if alone:
            process.send_signal(first)
        else:
            _signal_group(process.pid, first)
        try:
            process.wait(grace)
        except subprocess.TimeoutExpired:
            logger.warning("process %s ignored %s; killing it", process.pid, first.name)
    _signal_group(process.pid, signal.SIGKILL)
    process.wait()


def _signal_group(pid: int, number: signal.Signals) -> None:
    # The group is gone, or (macOS) holds only zombies: nothing left to signal.
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, number)
