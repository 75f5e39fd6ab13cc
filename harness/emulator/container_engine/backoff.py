"""Slows down containers that end right after their start.

Amazon ECS throttles tasks that repeatedly fail to start
(https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-throttle-logic.html); the
emulator replaces them at once, which would keep a whole core busy.
"""

import time
from collections.abc import Callable

_HEALTHY_SECONDS = 10.0
_FIRST_DELAY = 0.5


class CrashBackoff:
    """Counts early deaths per family of containers.

    Args:
        longest: Longest delay in seconds; below the time that clients wait for a start.
        clock: Monotonic seconds; a test passes its own.
    """

    def __init__(self, longest: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._longest = longest
        self._clock = clock
        self._deaths: dict[str, int] = {}
        self._last: dict[str, float] = {}

    def record_exit(self, family: str, *, uptime: float, requested: bool) -> None:
        """Note that a container ended after ``uptime`` seconds, by request or by itself."""
        if requested:
            return
        early = uptime < _HEALTHY_SECONDS
        self._deaths[family] = self._deaths.get(family, 0) + 1 if early else 0
        self._last[family] = self._clock()

    def delay(self, family: str) -> float:
        """Return how long the next start of the family should still wait, in seconds."""
        deaths = self._deaths.get(family, 0)
        if not deaths:
            return 0.0
        pause = min(self._longest, _FIRST_DELAY * 2.0 ** (deaths - 1))
        return max(0.0, self._last[family] + pause - self._clock())
