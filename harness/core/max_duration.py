"""The maximum duration of a run: after it the run ends as by SIGTERM, and is torn down."""

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from harness.core.errors import DurationError
from harness.core.interrupts import Terminated, sigterm_as_interrupt


class Deadline:
    """Sends SIGTERM to the main thread after a time, if a handler for it is installed.

    A signal, because nothing else interrupts a wait of the main thread; SIGTERM, because
    everything that must run to its end is shielded from it already.

    Args:
        applies: Called when the time is up; False if there is no run to end.

    Attributes:
        expired: Whether the run was ended because its time was up.
        start: Starts the timer; ``cancel`` stops it.
    """

    def __init__(self, minutes: float, *, applies: Callable[[], bool] = lambda: True) -> None:
        self._minutes = minutes
        self._applies = applies
        self.expired = False
        timer = threading.Timer(minutes * 60, self._expire)
        timer.daemon = True
        self.start, self.cancel = timer.start, timer.cancel

    @property
    def error(self) -> DurationError:
        """The error that a run ended by the deadline raises."""
        return DurationError(
            f"the run exceeded its maximum duration of {self._minutes:g} minutes",
            remedy="raise --max-duration, or find the slow step in the report's timeline",
        )

    def _expire(self) -> None:
        if not self._applies():
            return
        self.expired = True
        main = threading.main_thread().ident
        # Without a handler SIGTERM would end the process at once, without a teardown.
        if callable(signal.getsignal(signal.SIGTERM)) and main is not None:
            signal.pthread_kill(main, signal.SIGTERM)


@contextmanager
def time_limit(minutes: float) -> Iterator[None]:
    """Interrupt the body of the context when it exceeds a duration.

    Raises:
        DurationError: The body exceeded it.
    """
    deadline = Deadline(minutes)
    try:
        with sigterm_as_interrupt():
            deadline.start()
            yield
    except Terminated:
        if deadline.expired:
            raise deadline.error from None
        raise
    finally:
        deadline.cancel()
