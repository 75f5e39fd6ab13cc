"""Ctrl-C and SIGTERM: end a run in order, and never end its teardown by accident.

Only the main thread receives signals in Python: elsewhere each context just runs its body.
"""

import logging
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import FrameType

logger = logging.getLogger(__name__)

_INTERRUPTS = (signal.SIGINT, signal.SIGTERM)
_PRESSES_TO_ABANDON = 3


class Terminated(KeyboardInterrupt):
    """SIGTERM arrived; handled like Ctrl-C everywhere."""


@contextmanager
def sigterm_as_interrupt() -> Iterator[None]:
    """Turn SIGTERM into ``Terminated`` for the time of the context."""

    def terminate(_number: int) -> None:
        raise Terminated

    with _handled(terminate, signal.SIGTERM):
        yield


@contextmanager
def shielded(doing: str) -> Iterator[None]:
    """Keep Ctrl-C and SIGTERM from ending what must end in order, such as a teardown.

    The first signals are answered with a line on standard error and forgotten; the third one
    is let through as KeyboardInterrupt, for a teardown that hangs.

    Args:
        doing: What goes on, as it should read in that line ("tearing down").
    """
    presses = 0

    def count(number: int) -> None:
        nonlocal presses
        presses += 1
        left = _PRESSES_TO_ABANDON - presses
        if left <= 0:
            raise Terminated if number == signal.SIGTERM else KeyboardInterrupt
        _say(f"{doing}; {left} more Ctrl-C abandon it, and may leave resources")

    with _handled(count, *_INTERRUPTS):
        yield


@contextmanager
def deferred_interrupts(*, note: str = "", drop: bool = False) -> Iterator[None]:
    """Put off SIGINT and SIGTERM until the end of the block.

    Args:
        note: Logged as a warning when one arrives; empty says nothing.
        drop: Whether those that arrived are forgotten, because the caller is ending anyway.
    """
    arrived: list[int] = []

    def keep(number: int) -> None:
        arrived.append(number)
        if note:
            logger.warning("%s received: %s", signal.Signals(number).name, note)

    try:
        with _handled(keep, *_INTERRUPTS):
            yield
    finally:
        if not drop:
            for number in dict.fromkeys(arrived):
                signal.raise_signal(number)


@contextmanager
def _handled(handler: Callable[[int], None], *numbers: signal.Signals) -> Iterator[None]:
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def handle(number: int, _frame: FrameType | None) -> None:
        handler(number)

    previous = {number: signal.signal(number, handle) for number in numbers}
    try:
        yield
    finally:
        for number, former in previous.items():
            # None stands for a handler that Python did not install and cannot put back.
            signal.signal(number, signal.SIG_DFL if former is None else former)


def _say(text: str) -> None:
    # Not sys.stderr: the signal may have arrived in the middle of a write to it, which would
    # refuse to be entered a second time.
    with suppress(OSError, ValueError):
        os.write(sys.stderr.fileno(), f"\n{text}\n".encode())
