"""Ctrl-C, SIGTERM and SIGHUP: end a run in order, and never end its teardown by accident.

SIGHUP, which a closed terminal and the end of an SSH session cause, is like SIGTERM; where it
is ignored, as under nohup, it stays ignored.

Python handles signals in the main thread only: in other threads each context just runs its body.
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

_TERMINATIONS = (signal.SIGTERM, signal.SIGHUP)
_INTERRUPTS = (signal.SIGINT, *_TERMINATIONS)
_PRESSES_TO_ABANDON = 3


class Terminated(KeyboardInterrupt):
    """SIGTERM or SIGHUP was received; handled like Ctrl-C."""


@contextmanager
def sigterm_as_interrupt() -> Iterator[None]:
    """Raise ``Terminated`` on SIGTERM and on the first SIGHUP within the context.

    The kernel and the shell both send SIGHUP when a terminal closes.
    """
    hung_up = False

    def terminate(number: int) -> None:
        nonlocal hung_up
        if number == signal.SIGHUP and hung_up:
            return
        hung_up = hung_up or number == signal.SIGHUP
        raise Terminated

    with forwarded_interrupts(terminate, _TERMINATIONS):
        yield


@contextmanager
def shielded(activity: str) -> Iterator[None]:
    """Keep Ctrl-C, SIGTERM and SIGHUP from interrupting the body, such as a teardown.

    The first two signals only print a line to standard error; the third one raises
    KeyboardInterrupt, for a teardown that hangs. SIGHUP does not count.

    Args:
        activity: What the body does, for that line ("tearing down").
    """
    presses = 0

    def count(number: int) -> None:
        nonlocal presses
        if number == signal.SIGHUP:
            return
        presses += 1
        left = _PRESSES_TO_ABANDON - presses
        if left <= 0:
            raise Terminated if number == signal.SIGTERM else KeyboardInterrupt
        text = f"\n{activity}; {left} more Ctrl-C abandon it, and may leave resources\n"
        # Not sys.stderr.write(): it is not reentrant, and the signal may have interrupted it.
        with suppress(OSError, ValueError):
            os.write(sys.stderr.fileno(), text.encode())

    with forwarded_interrupts(count):
        yield


@contextmanager
def deferred_interrupts(*, note: str = "", drop: bool = False) -> Iterator[None]:
    """Defer SIGINT, SIGTERM and SIGHUP to the end of the block.

    Args:
        note: Logged as a warning with each signal; empty: nothing is logged.
        drop: Whether deferred signals are discarded, because the caller is ending anyway.
    """
    arrived: list[int] = []

    def keep(number: int) -> None:
        arrived.append(number)
        if note:
            logger.warning("%s received: %s", signal.Signals(number).name, note)

    try:
        with forwarded_interrupts(keep):
            yield
    finally:
        if not drop:
            for number in dict.fromkeys(arrived):
                signal.raise_signal(number)


@contextmanager
def forwarded_interrupts(
    send: Callable[[int], None], numbers: tuple[signal.Signals, ...] = _INTERRUPTS
) -> Iterator[None]:
    """Call ``send`` with the number of each SIGINT, SIGTERM and SIGHUP within the context."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def handle(number: int, _frame: FrameType | None) -> None:
        send(number)

    ignored = {signal.SIGHUP} if signal.getsignal(signal.SIGHUP) is signal.SIG_IGN else set()
    previous = {
        number: signal.signal(number, handle) for number in numbers if number not in ignored
    }
    try:
        yield
    finally:
        for number, former in previous.items():
            # None: the handler was not installed from Python and cannot be restored.
            signal.signal(number, signal.SIG_DFL if former is None else former)
