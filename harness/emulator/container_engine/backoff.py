"""Delays starts of containers that exit right after their start.

Amazon ECS throttles tasks that repeatedly fail to start
(https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-throttle-logic.html); the
emulator replaces them at once, which would use a whole core.
"""

import time
from collections.abc import Callable

_HEALTHY_SECONDS = 10.0
_FIRST_DELAY = 0.5


class CrashBackoff:
    """Counts early exits per family of containers.

    Args:
        longest: Longest delay in seconds; below the timeout of clients for a start.
        clock: Monotonic clock in seconds.
    """

    def __init__(self, longest: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._longest = longest
        self._clock = clock
        self._exits: dict[str, int] = {}
        self._last: dict[str, float] = {}

    def record_exit(self, family: str, *, uptime: float, requested: bool) -> None:
        """Record an exit after ``uptime`` seconds; requested stops do not count."""
        if requested:
            return
        early = uptime < _HEALTHY_SECONDS
        self._exits[family] = self._exits.get(family, 0) + 1 if early else 0
        self._last[family] = self._clock()

    def delay(self, family: str) -> float:
        """Return the remaining delay of the next start of a family in seconds."""
        exits = self._exits.get(family, 0)
        if not exits:
            return 0.0
        pause = min(self._longest, _FIRST_DELAY * 2.0 ** (exits - 1))
        return max(0.0, self._last[family] + pause - self._clock())
