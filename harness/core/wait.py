"""The one polling loop: wait for a named condition with a deadline."""

import logging
import time
from collections.abc import Callable
from typing import TypeVar

from harness.core.errors import WaitTimeoutError

logger = logging.getLogger(__name__)

T = TypeVar("T")


def wait_until(
    observe: Callable[[], T],
    *,
    what: str,
    ready: Callable[[T], bool],
    timeout: float,
    delay: float = 0.5,
    retry_on: tuple[type[Exception], ...] = (),
    sleep: Callable[[float], object] = time.sleep,
) -> T:
    """Observe until the observation is ready, and return it.

    Args:
        observe: Called once per round; its result is logged when it changes.
        what: Name of the condition in logs and errors ("2 healthy targets").
        timeout: Deadline in seconds.
        delay: Pause between two observations in seconds.
        retry_on: Transient errors of ``observe`` that count as "not ready yet".
            Every other error ends the wait at once.
        sleep: Pauses for a number of seconds; replaced in tests.

    Raises:
        WaitTimeoutError: The deadline passed; the message has the last observation.
    """
    deadline, last = time.monotonic() + timeout, ""
    while True:
        cause: Exception | None = None
        try:
            observed = observe()
        except retry_on as error:
            cause, shown = error, repr(error)
        else:
            shown = repr(observed)
        if shown != last:
            logger.info("waiting for %s: %s", what, shown)
            last = shown
        if cause is None and ready(observed):
            return observed
        # The last observation is made at the deadline, not up to a delay after it.
        left = deadline - time.monotonic()
        if left <= 0:
            message = f"{what}: not seen within {timeout:g} s; last seen: {shown}"
            raise WaitTimeoutError(message) from cause
        sleep(min(delay, left))
