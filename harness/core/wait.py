"""The one polling loop: wait for a named condition with a deadline."""

import logging
import time
from collections.abc import Callable
from typing import TypeVar

import tenacity

from harness.core.errors import WaitFailedError, WaitTimeoutError

logger = logging.getLogger(__name__)

T = TypeVar("T")


def wait_until(
    observe: Callable[[], T],
    *,
    what: str,
    ready: Callable[[T], bool],
    failed: Callable[[T], bool] | None = None,
    timeout: float,
    delay: float = 0.5,
    successes: int = 1,
    retry_on: tuple[type[Exception], ...] = (),
    sleep: Callable[[float], None] = time.sleep,
) -> T:
    """Observe until the observation is ready, and return it.

    Args:
        observe: Called once per round; its result is logged when it changes.
        what: Name of the condition in logs and errors ("2 healthy targets").
        ready: Whether an observation fulfils the condition.
        failed: Whether the condition can no longer be fulfilled after an observation.
        timeout: Deadline in seconds.
        delay: Pause between two observations in seconds.
        successes: Required number of ready observations in a row.
        retry_on: Transient errors of ``observe`` that count as "not ready yet".
            Every other error ends the wait at once.
        sleep: Pauses for a number of seconds; replaced in tests.

    Raises:
        WaitFailedError: ``failed`` was true for an observation.
        WaitTimeoutError: The deadline passed; the message has the last observation.
    """
    last: list[str] = []
    streak = 0

    def attempt() -> tuple[bool, T]:
        nonlocal streak
        observed = observe()
        _log_change(what, last, repr(observed))
        if failed is not None and failed(observed):
            raise WaitFailedError(f"{what}: can no longer be fulfilled; last seen: {observed!r}")
        streak = streak + 1 if ready(observed) else 0
        return streak >= successes, observed

    def before_sleep(state: tenacity.RetryCallState) -> None:
        nonlocal streak
        if state.outcome is not None and state.outcome.failed:
            streak = 0
            _log_change(what, last, repr(state.outcome.exception()))

    def pause(state: tenacity.RetryCallState) -> float:
        # The last observation is made at the deadline, not up to a delay after it.
        return max(0.0, min(delay, timeout - (state.seconds_since_start or 0.0)))

    retrying = tenacity.Retrying(
        stop=tenacity.stop_after_delay(timeout),
        wait=pause,
        retry=tenacity.retry_if_exception_type(retry_on)
        | tenacity.retry_if_result(lambda outcome: not outcome[0]),
        before_sleep=before_sleep,
        sleep=sleep,
    )
    try:
        return retrying(attempt)[1]
    except tenacity.RetryError as error:
        cause = error.last_attempt.exception() if error.last_attempt.failed else None
        observed = repr(cause) if cause else last[-1]
        raise WaitTimeoutError(
            f"{what}: not seen within {timeout:g} s; last seen: {observed}"
        ) from cause


def _log_change(what: str, last: list[str], observed: str) -> None:
    if last[-1:] != [observed]:
        logger.info("waiting for %s: %s", what, observed)
        last[:] = [observed]
