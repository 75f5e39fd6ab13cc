"""Step scaling: from the breach of an alarm to a capacity.

https://docs.aws.amazon.com/autoscaling/application/userguide/step-scaling-policy-overview.html
"""

import math
import operator
from typing import Any

from harness.emulator.gateway.autoscaling.tracking import Wish

__all__ = ["breaches", "step"]

_COMPARISONS = {
    "GreaterThanThreshold": operator.gt,
    "GreaterThanOrEqualToThreshold": operator.ge,
    "LessThanThreshold": operator.lt,
    "LessThanOrEqualToThreshold": operator.le,
}


def breaches(alarm: dict[str, Any], values: list[float]) -> bool:
    """Whether all values of an alarm's evaluation window breach its threshold."""
    compare = _COMPARISONS[alarm["ComparisonOperator"]]
    return bool(values) and all(compare(value, alarm["Threshold"]) for value in values)


def step(capacity: int, configuration: dict[str, Any], breach: float) -> Wish | None:
    """Return the capacity that a breach asks for, None if no step covers it.

    Args:
        capacity: Capacity now.
        configuration: The policy's ``StepScalingPolicyConfiguration``.
        breach: The metric's value less the alarm's threshold.
    """
    for adjustment in configuration.get("StepAdjustments", []):
        if _covers(adjustment, breach):
            wanted = _adjusted(capacity, configuration, adjustment["ScalingAdjustment"])
            return Wish(wanted, "step") if wanted != capacity else None
    return None


def _covers(adjustment: dict[str, Any], breach: float) -> bool:
    lower = adjustment.get("MetricIntervalLowerBound", -math.inf)
    upper = adjustment.get("MetricIntervalUpperBound", math.inf)
    if breach >= 0:
        return bool(lower <= breach < upper)
    return bool(lower < breach <= upper)


def _adjusted(capacity: int, configuration: dict[str, Any], amount: int) -> int:
    kind = configuration.get("AdjustmentType", "ChangeInCapacity")
    if kind == "ExactCapacity":
        return amount
    if kind == "ChangeInCapacity":
        return capacity + amount
    change = capacity * amount / 100
    # "Values greater than 1 are rounded down, values between 0 and 1 are rounded to 1", and so on
    # mirrored below zero.
    whole = (
        math.trunc(change)
        if abs(change) >= 1
        else int(math.copysign(math.ceil(abs(change)), change))
    )
    least = configuration.get("MinAdjustmentMagnitude", 0)
    return capacity + (whole if abs(whole) >= least else int(math.copysign(least, change)))
