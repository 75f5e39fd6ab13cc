"""The longest that a run may take: who is told, and how, when the time is up."""

import signal
import threading
from collections.abc import Callable
from typing import Any

import pytest

from harness.core.deadline import Deadline, time_limit
from harness.core.errors import DurationError
from harness.core.interrupts import Terminated, sigterm_as_interrupt


class Clock:
    """A timer that goes off when the test says so."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self.running = False
        self.daemon = False
        self._expire: Callable[[], object] = lambda: None

    def __call__(self, seconds: float, expire: Callable[[], object]) -> "Clock":
        self.seconds, self._expire = seconds, expire
        return self

    def start(self) -> None:
        self.running = True

    def cancel(self) -> None:
        self.running = False

    def go_off(self) -> None:
        """Go off in a thread of its own, as timers do."""
        thread = threading.Thread(target=self._expire)
        thread.start()
        thread.join()


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr("harness.core.deadline.threading.Timer", clock)
    return clock


def test_the_body_ends_with_an_error_that_says_how_long_it_may_take(clock: Clock) -> None:
    with (
        pytest.raises(DurationError, match="exceeded its maximum duration of 90 minutes") as raised,
        time_limit(90),
    ):
        clock.go_off()

    assert clock.seconds == 90 * 60
    assert "--max-duration" in raised.value.remedy


def test_a_body_that_is_done_in_time_stops_the_clock(clock: Clock) -> None:
    with time_limit(90):
        assert clock.running

    assert not clock.running


def test_an_ordinary_sigterm_stays_one(clock: Clock) -> None:
    with pytest.raises(Terminated), time_limit(90):
        signal.raise_signal(signal.SIGTERM)


def test_the_handler_is_put_back(clock: Clock) -> None:
    before = signal.getsignal(signal.SIGTERM)
    with pytest.raises(DurationError), time_limit(90):
        clock.go_off()

    assert signal.getsignal(signal.SIGTERM) is before


def test_where_nobody_handles_sigterm_it_is_not_sent(
    clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[Any] = []
    monkeypatch.setattr(
        "harness.core.deadline.signal.pthread_kill", lambda *given: sent.append(given)
    )
    monkeypatch.setattr("harness.core.deadline.signal.getsignal", lambda _: signal.SIG_DFL)
    deadline = Deadline(90)
    deadline.start()

    clock.go_off()

    assert deadline.expired
    assert sent == []


def test_where_there_is_no_run_nothing_is_ended(clock: Clock) -> None:
    with sigterm_as_interrupt():
        deadline = Deadline(90, concerns=lambda: False)
        clock.go_off()

    assert not deadline.expired
