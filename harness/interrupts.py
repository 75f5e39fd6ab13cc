"""Ctrl-C and SIGTERM: end a run in order, and never end its teardown by accident."""

import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

__all__ = ["Terminated", "shielded", "sigterm_as_interrupt"]

_PRESSES_TO_ABANDON = 3


class Terminated(KeyboardInterrupt):
    """SIGTERM arrived; handled like Ctrl-C everywhere."""


@contextmanager
def sigterm_as_interrupt() -> Iterator[None]:
    """Turn SIGTERM into ``Terminated`` for the time of the context (main thread only)."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def handle(_number: int, _frame: FrameType | None) -> None:
        raise Terminated

    previous = signal.signal(signal.SIGTERM, handle)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, previous)


@contextmanager
def shielded(doing: str) -> Iterator[None]:
    """Keep Ctrl-C and SIGTERM from ending what must end in order, such as a teardown.

    The first signals are answered with a line on standard error; the third one is let through
    as KeyboardInterrupt, for a teardown that hangs.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    presses = 0

    def handle(_number: int, _frame: FrameType | None) -> None:
        nonlocal presses
        presses += 1
        left = _PRESSES_TO_ABANDON - presses
        if left <= 0:
            raise KeyboardInterrupt
        sys.stderr.write(f"\n{doing}; {left} more Ctrl-C abandon it, and may leave resources\n")

    previous = {number: signal.signal(number, handle) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)
