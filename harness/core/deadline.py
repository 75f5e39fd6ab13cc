"""The longest that a run may take: then it is ended like by SIGTERM, and torn down."""

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from harness.core.errors import DurationError
from harness.core.interrupts import Terminated, sigterm_as_interrupt


class Deadline:
    """Sends SIGTERM to the main thread when the time is up, where somebody there handles it.

    A signal, because nothing else ends a wait of the main thread; SIGTERM, because whatever
    must not be ended half-way is shielded from it already.

    Args:
        minutes: How long the run may take.
        concerns: Asked then whether there is a run at all; without one nothing is ended.
    """

    def __init__(self, minutes: float, *, concerns: Callable[[], bool] = lambda: True) -> None:
        self._minutes = minutes
        self._concerns = concerns
        self._expired = threading.Event()
        self._timer = threading.Timer(minutes * 60, self._expire)
        self._timer.daemon = True

    @property
    def expired(self) -> bool:
        """Whether the time is up."""
        return self._expired.is_set()

    @property
    def error(self) -> DurationError:
        """What to say then."""
        return DurationError(
            f"the run exceeded its maximum duration of {self._minutes:g} minutes",
            remedy="allow more by --max-duration, or see in the timeline what took so long",
        )

    def start(self) -> None:
        """Let the time run."""
        self._timer.start()

    def cancel(self) -> None:
        """Stop the clock."""
        self._timer.cancel()

    def _expire(self) -> None:
        if not self._concerns():
            return
        self._expired.set()
        main = threading.main_thread().ident
        # By default SIGTERM would end the process at once, and nothing would be torn down.
        if callable(signal.getsignal(signal.SIGTERM)) and main is not None:
            signal.pthread_kill(main, signal.SIGTERM)


@contextmanager
def time_limit(minutes: float) -> Iterator[None]:
    """End the body of the context when it has taken too long.

    Args:
        minutes: How long it may take.

    Raises:
        DurationError: It took longer.
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
