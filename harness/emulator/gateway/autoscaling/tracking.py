"""Target tracking: from a metric's values to a capacity.

https://docs.aws.amazon.com/autoscaling/application/userguide/target-tracking-scaling-policy-overview.html
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

__all__ = ["HIGH_SECONDS", "LOW_SECONDS", "Wish", "track"]

# AWS's two alarms: 3 minutes above the target, 15 minutes below 90 % of it.
HIGH_SECONDS = 3 * 60.0
LOW_SECONDS = 15 * 60.0
_LOW_SHARE = 0.9


@dataclass(frozen=True)
class Wish:
    """A capacity that a policy wants, and why."""

    capacity: int
    reason: str


def track(
    capacity: int, target: float, recent: Sequence[float], long: Sequence[float]
) -> Wish | None:
    """Return the capacity that brings the metric to its target; None if it is near enough.

    Args:
        capacity: Capacity now.
        target: Target value of the metric.
        recent: Values of the last ``HIGH_SECONDS``, oldest first.
        long: Values of the last ``LOW_SECONDS``, oldest first.
    """
    if recent and min(recent) > target:
        return Wish(max(capacity + 1, math.ceil(capacity * recent[-1] / target)), "AlarmHigh")
    if long and max(long) < target * _LOW_SHARE:
        wanted = math.ceil(capacity * long[-1] / target)
        return Wish(wanted, "AlarmLow") if wanted < capacity else None
    return None
