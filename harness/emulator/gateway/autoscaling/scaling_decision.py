"""Scaling policies: from the values of a metric to a capacity.

https://docs.aws.amazon.com/autoscaling/application/userguide/target-tracking-scaling-policy-overview.html
https://docs.aws.amazon.com/autoscaling/application/userguide/step-scaling-policy-overview.html
"""

import math
import operator
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from harness.emulator.gateway.autoscaling.store import Record

TRACKING = "TargetTrackingScalingPolicyConfiguration"
# The two alarms of AWS: 3 minutes above the target, 15 minutes below 90 % of it.
HIGH_SECONDS = 3 * 60.0
LOW_SECONDS = 15 * 60.0
LOW_SHARE = 0.9
_COMPARISONS = {
    "GreaterThanThreshold": operator.gt,
    "GreaterThanOrEqualToThreshold": operator.ge,
    "LessThanThreshold": operator.lt,
    "LessThanOrEqualToThreshold": operator.le,
}


@dataclass(frozen=True)
class ScalingDecision:
    """The desired capacity of a policy, and the reason."""

    capacity: int
    reason: str


def target_tracking(
    capacity: int, target: float, recent: Sequence[float], long: Sequence[float]
) -> ScalingDecision | None:
    """Return the capacity that brings the metric to its target; None for no change.

    The values are those of the last ``HIGH_SECONDS`` and ``LOW_SECONDS``, oldest first.
    """
    if recent and min(recent) > target:
        return ScalingDecision(
            max(capacity + 1, math.ceil(capacity * recent[-1] / target)), "AlarmHigh"
        )
    if long and max(long) < target * LOW_SHARE:
        desired = math.ceil(capacity * long[-1] / target)
        return ScalingDecision(desired, "AlarmLow") if desired < capacity else None
    return None


def breaches(alarm: dict[str, Any], values: list[float]) -> bool:
    """Whether all values of the evaluation window of an alarm breach its threshold."""
    compare = _COMPARISONS[alarm["ComparisonOperator"]]
    return bool(values) and all(compare(value, alarm["Threshold"]) for value in values)


def step_scaling(
    capacity: int, configuration: dict[str, Any], breach: float
) -> ScalingDecision | None:
    """Return the capacity of the step adjustment for a breach; None for no change."""
    for adjustment in configuration.get("StepAdjustments", []):
        if _covers(adjustment, breach):
            desired = _adjusted(capacity, configuration, adjustment["ScalingAdjustment"])
            return ScalingDecision(desired, "step") if desired != capacity else None
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
    size = math.floor(abs(change)) if abs(change) >= 1 else math.ceil(abs(change))
    least = configuration.get("MinAdjustmentMagnitude", 0)
    return capacity + int(math.copysign(max(size, least), change))


def select_decision(
    decisions: list[tuple[Record, ScalingDecision | None]], desired: int
) -> tuple[Record, ScalingDecision] | None:
    """Scale out if any policy does, in only if all do; to the largest capacity."""
    changes = [(policy, decision) for policy, decision in decisions if decision is not None]
    scale_out = [each for each in changes if each[1].capacity > desired]
    if scale_out:
        return max(scale_out, key=lambda each: each[1].capacity)
    tracking = [policy for policy, _ in decisions if TRACKING in policy]
    if changes and all(any(policy is each[0] for each in changes) for policy in tracking):
        return max(changes, key=lambda each: each[1].capacity)
    return None


def bounded_capacity(capacity: int, target: Record) -> int:
    """Return the capacity, or the bound of the target that it exceeds."""
    return int(min(max(capacity, target["MinCapacity"]), target["MaxCapacity"]))
