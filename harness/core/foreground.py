"""Runs a command on the terminal of this process, as a shell does."""

import os
import signal
import subprocess
from collections.abc import Mapping, Sequence

from harness.core.errors import UsageError
from harness.core.interrupts import deferred_interrupts, forwarded_interrupts

# Exit status of a command that a signal ended, as in a shell.
_SIGNALLED = 128


def run_in_foreground(command: Sequence[str], environment: Mapping[str, str]) -> int:
    """Run a command to its end; return its exit status, as a shell does (128 + signal).

    It decides what a signal means: SIGINT, SIGTERM and SIGHUP are passed on, except the Ctrl-C
    that it receives from the terminal itself.

    Raises:
        UsageError: It cannot be started.
    """

    def forward(number: int) -> None:
        if number != signal.SIGINT or not _receives_ctrl_c():
            process.send_signal(number)

    with forwarded_interrupts(forward):
        try:
            with deferred_interrupts():
                process = subprocess.Popen(command, env=dict(environment))
        except OSError as error:
            raise UsageError(f"{command[0]}: cannot be started: {error.strerror}") from error
        status = process.wait()
    return status if status >= 0 else _SIGNALLED - status


def _receives_ctrl_c() -> bool:
    """Whether the terminal sends Ctrl-C to the process group of this process."""
    try:
        terminal = os.open(os.ctermid(), os.O_RDONLY | os.O_NOCTTY)
    except OSError:  # there is none
        return False
    try:
        return os.tcgetpgrp(terminal) == os.getpgrp()
    finally:
        os.close(terminal)
