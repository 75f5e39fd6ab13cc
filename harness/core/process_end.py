"""Detects the end of processes, also where no process reaps them, as in many containers.

There PID 1 is a program that waits for its own children alone, and what its children leave behind
stays in the process table as a zombie (https://man7.org/linux/man-pages/man2/wait.2.html).
"""

import asyncio
import ctypes
import signal
import sys
from collections.abc import Sequence
from contextlib import suppress

import psutil

from harness.core.errors import WaitTimeoutError
from harness.core.wait import wait_until

_PR_SET_PDEATHSIG = 1
_POLL_SECONDS = 0.5
_SHORT_POLL_SECONDS = 0.02


def die_with_parent() -> None:
    """Have the kernel send SIGTERM to this process when its parent ends; Linux only.

    https://man7.org/linux/man-pages/man2/PR_SET_PDEATHSIG.2const.html
    """
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)


async def process_ended(pid: int) -> None:
    """Return when a process has ended, at once if there is none; polls every half second."""
    try:
        process = psutil.Process(pid)
    except psutil.NoSuchProcess:
        return
    while not has_ended(process):
        await asyncio.sleep(_POLL_SECONDS)


def has_ended(process: psutil.Process) -> bool:
    """Whether a process has ended, reaped or not."""
    with suppress(psutil.NoSuchProcess):
        return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE
    return True


def all_end(processes: Sequence[psutil.Process], *, timeout: float) -> bool:
    """Wait until processes have ended, for at most ``timeout`` seconds; whether they have."""
    try:
        wait_until(
            lambda: [each.pid for each in processes if not has_ended(each)],
            what="the end of processes",
            ready=lambda running: not running,
            timeout=timeout,
            delay=_SHORT_POLL_SECONDS,
        )
    except WaitTimeoutError:
        return False
    return True
