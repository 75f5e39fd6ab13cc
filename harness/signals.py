"""Interrupts of the main thread, put off while they would do harm."""

import logging
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

__all__ = ["deferred_interrupts"]

logger = logging.getLogger(__name__)

_INTERRUPTS = (signal.SIGINT, signal.SIGTERM)


@contextmanager
def deferred_interrupts(*, note: str = "", drop: bool = False) -> Iterator[None]:
    """Put off SIGINT and SIGTERM until the end of the block.

    Only the main thread receives signals in Python, so elsewhere the block just runs.

    Args:
        note: Logged as a warning when one arrives; empty says nothing.
        drop: Whether those that arrived are forgotten, because the caller is ending anyway.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    arrived: list[int] = []

    def keep(number: int, _frame: FrameType | None) -> None:
        arrived.append(number)
        if note:
            logger.warning("%s received: %s", signal.Signals(number).name, note)

    try:
        with _handled(keep):
            yield
    finally:
        if not drop:
            for number in dict.fromkeys(arrived):
                signal.raise_signal(number)


@contextmanager
def _handled(handler: Callable[[int, FrameType | None], None]) -> Iterator[None]:
    previous = {number: signal.signal(number, handler) for number in _INTERRUPTS}
    try:
        yield
    finally:
        for number, former in previous.items():
            # None stands for a handler that Python did not install and cannot put back.
            signal.signal(number, signal.SIG_DFL if former is None else former)
