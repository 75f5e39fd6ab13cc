"""Delays starts of containers that exit right after their start.

Amazon ECS throttles tasks that repeatedly fail to start
(https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-throttle-logic.html); the
emulator replaces them at once, which would use a whole core.
"""

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

_HEALTHY_SECONDS = 10.0
_FIRST_DELAY = 0.5


@dataclass
class CrashBackoff:
    """Counts early exits per family of containers.

    Args:
        longest: Longest delay in seconds; below the timeout of clients for a start.
        clock: Monotonic clock in seconds.
    """

    longest: float
    clock: Callable[[], float] = time.monotonic
    exits: Counter[str] = field(default_factory=Counter)
    last: dict[str, float] = field(default_factory=dict)

    def record_exit(self, family: str, *, uptime: float, requested: bool) -> None:
        """Record an exit after ``uptime`` seconds; requested stops do not count."""
        if requested:
            return
        self.exits[family] = self.exits[family] + 1 if uptime < _HEALTHY_SECONDS else 0
        self.last[family] = self.clock()

    def delay(self, family: str) -> float:
        """Return the remaining delay of the next start of a family in seconds."""
        if not (exits := self.exits[family]):
            return 0.0
        pause = min(self.longest, _FIRST_DELAY * 2.0 ** (exits - 1))
        return max(0.0, self.last[family] + pause - self.clock())
