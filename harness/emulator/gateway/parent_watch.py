"""A child process that does not outlive its parent."""

import asyncio
import ctypes
import os
import signal
import sys

_PR_SET_PDEATHSIG = 1
_LOOK_SECONDS = 0.5


def die_with_parent() -> None:
    """Have the kernel send SIGTERM to this process when its parent ends; Linux only.

    https://man7.org/linux/man-pages/man2/PR_SET_PDEATHSIG.2const.html
    """
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)


async def await_orphanhood(parent: int) -> None:
    """Return when process ``parent`` is no longer the parent of this one, on every POSIX system."""
    while os.getppid() == parent:
        await asyncio.sleep(_LOOK_SECONDS)
