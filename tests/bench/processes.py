"""The processes that the benchmark starts end with it."""

import ctypes
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import psutil

from harness.core.interrupts import sigterm_as_interrupt

_GRACE_SECONDS = 10.0
_PR_SET_CHILD_SUBREAPER = 36


@contextmanager
def ending_descendants() -> Iterator[None]:
    """End all descendants of this process when the body is interrupted, also by SIGTERM, or fails.

    A tool that is killed leaves its Terraform behind. On Linux such a process becomes a child of
    this one (https://man7.org/linux/man-pages/man2/PR_SET_CHILD_SUBREAPER.2const.html).
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    with sigterm_as_interrupt():
        try:
            yield
        except BaseException:
            _end_descendants()
            raise


def _end_descendants() -> None:
    """Send SIGTERM to the descendants, and SIGKILL to those that remain, and to their children."""
    descendants = psutil.Process().children(recursive=True)
    for each in descendants:
        with suppress(psutil.NoSuchProcess):
            each.terminate()
    psutil.wait_procs(descendants, _GRACE_SECONDS)
    while remaining := psutil.Process().children(recursive=True):
        for each in remaining:
            with suppress(psutil.NoSuchProcess):
                each.kill()
        psutil.wait_procs(remaining, _GRACE_SECONDS)
