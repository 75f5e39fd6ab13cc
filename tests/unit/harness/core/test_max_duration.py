import signal
import threading
from collections.abc import Callable
from typing import Any

import pytest

from harness.core.errors import DurationError
from harness.core.interrupts import Terminated, sigterm_as_interrupt
from harness.core.max_duration import Deadline, time_limit


class Clock:
    """A timer that the test fires."""

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
        """Call the function in a separate thread, as timers do."""
        thread = threading.Thread(target=self._expire)
        thread.start()
        thread.join()


@pytest.fixture
def timer(monkeypatch: pytest.MonkeyPatch) -> Clock:
    timer = Clock()
    monkeypatch.setattr("harness.core.max_duration.threading.Timer", timer)
    return timer


def test_the_body_is_ended_with_an_error_that_has_the_maximum_duration(timer: Clock) -> None:
    with (
        pytest.raises(DurationError, match="exceeded its maximum duration of 90 minutes") as raised,
        time_limit(90),
    ):
        timer.go_off()

    assert timer.seconds == 90 * 60
    assert "--max-duration" in raised.value.remedy


def test_a_body_that_ends_in_time_cancels_the_timer(timer: Clock) -> None:
    with time_limit(90):
        assert timer.running

    assert not timer.running


def test_any_other_sigterm_is_raised_as_terminated(timer: Clock) -> None:
    with pytest.raises(Terminated), time_limit(90):
        signal.raise_signal(signal.SIGTERM)


def test_the_handler_is_restored(timer: Clock) -> None:
    before = signal.getsignal(signal.SIGTERM)
    with pytest.raises(DurationError), time_limit(90):
        timer.go_off()

    assert signal.getsignal(signal.SIGTERM) is before


def test_without_a_handler_no_sigterm_is_sent(
    timer: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[Any] = []
    monkeypatch.setattr(
        "harness.core.max_duration.signal.pthread_kill", lambda *given: sent.append(given)
    )
    monkeypatch.setattr("harness.core.max_duration.signal.getsignal", lambda _: signal.SIG_DFL)
    deadline = Deadline(90)
    deadline.start()

    timer.go_off()

    assert deadline.expired
    assert sent == []


def test_without_a_run_nothing_is_ended(timer: Clock) -> None:
    with sigterm_as_interrupt():
        deadline = Deadline(90, applies=lambda: False)
        timer.go_off()

    assert not deadline.expired
