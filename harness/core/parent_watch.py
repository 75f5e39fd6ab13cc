"""Detects the end of another process: the parent of this one, or the owner of what it runs."""

import asyncio
import ctypes
import signal
import sys

import psutil

_PR_SET_PDEATHSIG = 1
_POLL_SECONDS = 0.5


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
        while process.is_running() and process.status() != psutil.STATUS_ZOMBIE:
            await asyncio.sleep(_POLL_SECONDS)
    except psutil.NoSuchProcess:
        return
