import logging
from collections.abc import Callable, Iterator
from types import SimpleNamespace

import pytest

from harness.core.errors import WaitTimeoutError
from harness.core.wait import wait_until


class Clock:
    """A clock that is advanced by sleeping."""

    def __init__(self) -> None:
        self.now = 0.0
        self.sleeps: list[float] = []

    def sleep(self, seconds: float) -> None:
        self.sleeps.append(seconds)
        self.now += seconds


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr("harness.core.wait.time", SimpleNamespace(monotonic=lambda: clock.now))
    return clock


def sequence(*values: object) -> Callable[[], object]:
    """Return one value after the other; exceptions among them are raised."""
    left: Iterator[object] = iter(values)

    def observe() -> object:
        value = next(left)
        if isinstance(value, Exception):
            raise value
        return value

    return observe


def test_an_observation_that_is_ready_is_returned_without_a_pause(clock: Clock) -> None:
    observed = wait_until(
        sequence(2), what="two", ready=lambda n: n == 2, timeout=10, sleep=clock.sleep
    )

    assert (observed, clock.sleeps) == (2, [])


def test_it_observes_until_an_observation_is_ready(clock: Clock) -> None:
    observed = wait_until(
        sequence(0, 1, 2),
        what="two",
        ready=lambda n: n == 2,
        timeout=10,
        delay=3,
        sleep=clock.sleep,
    )

    assert (observed, clock.sleeps) == (2, [3, 3])


def test_the_timeout_error_has_the_last_observation(clock: Clock) -> None:
    with pytest.raises(WaitTimeoutError, match="two: not seen within 10 s; last seen: 1"):
        wait_until(
            lambda: 1, what="two", ready=lambda n: n == 2, timeout=10, delay=4, sleep=clock.sleep
        )


def test_the_last_observation_is_made_at_the_deadline(clock: Clock) -> None:
    observed = wait_until(
        lambda: clock.now,
        what="ten",
        ready=lambda now: now >= 10,
        timeout=10,
        delay=4,
        sleep=clock.sleep,
    )

    assert (observed, clock.sleeps) == (10, [4, 4, 2])


def test_a_transient_error_means_not_yet(clock: Clock) -> None:
    observed = wait_until(
        sequence(ConnectionError("refused"), 1),
        what="one",
        ready=lambda n: n == 1,
        timeout=10,
        retry_on=(ConnectionError,),
        sleep=clock.sleep,
    )

    assert observed == 1


def test_a_transient_error_at_the_deadline_is_the_cause(clock: Clock) -> None:
    def observe() -> int:
        raise ConnectionError("refused")

    with pytest.raises(WaitTimeoutError, match="refused") as raised:
        wait_until(
            observe,
            what="one",
            ready=bool,
            timeout=1,
            retry_on=(ConnectionError,),
            sleep=clock.sleep,
        )

    assert isinstance(raised.value.__cause__, ConnectionError)


def test_any_other_error_ends_the_wait_at_once(clock: Clock) -> None:
    with pytest.raises(LookupError):
        wait_until(
            sequence(LookupError()),
            what="one",
            ready=bool,
            timeout=10,
            sleep=clock.sleep,
            retry_on=(ConnectionError,),
        )

    assert clock.sleeps == []


def test_only_changes_are_logged(clock: Clock, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        wait_until(
            sequence("a", "a", "b"),
            what="b",
            ready=lambda value: value == "b",
            timeout=10,
            sleep=clock.sleep,
        )

    assert caplog.messages == ["waiting for b: 'a'", "waiting for b: 'b'"]
