from typing import Any

import pytest

from harness.emulator.gateway.autoscaling.scaling_decision import (
    ScalingDecision,
    breaches,
    step_scaling,
    target_tracking,
)


@pytest.mark.parametrize(
    ("capacity", "recent", "long", "expected"),
    [
        (2, [90.0], [90.0], 4),  # 2 * 90 / 50 = 3.6
        (2, [51.0], [51.0], 3),
        (2, [120.0, 60.0], [120.0, 60.0], 3),  # the latest value counts
        (1, [50.0], [50.0], None),  # on target
        (2, [40.0, 90.0], [40.0, 90.0], None),  # not all above
        (4, [], [10.0, 20.0], 2),  # 4 * 20 / 50 = 1.6
        (4, [20.0], [20.0], 2),
        (4, [], [10.0, 46.0], None),  # within 10 % of the target
        (1, [], [0.0], 0),
        (1, [], [44.0], None),  # no smaller number would do
        (2, [], [], None),  # no data
    ],
)
def test_capacity_follows_the_metric_to_its_target(
    capacity: int, recent: list[float], long: list[float], expected: int | None
) -> None:
    decision = target_tracking(capacity, 50.0, recent, long)

    assert (decision.capacity if decision else None) == expected


def test_a_decision_contains_the_alarm() -> None:
    assert target_tracking(1, 50.0, [90.0], [90.0]) == ScalingDecision(2, "AlarmHigh")
    assert target_tracking(4, 50.0, [10.0], [10.0]) == ScalingDecision(1, "AlarmLow")


def configuration(kind: str, *steps: tuple[float | None, float | None, int], **more: int) -> Any:
    adjustments = []
    for lower, upper, amount in steps:
        adjustment: dict[str, float] = {"ScalingAdjustment": amount}
        if lower is not None:
            adjustment["MetricIntervalLowerBound"] = lower
        if upper is not None:
            adjustment["MetricIntervalUpperBound"] = upper
        adjustments.append(adjustment)
    return {"AdjustmentType": kind, "StepAdjustments": adjustments, **more}


OUT = configuration("ChangeInCapacity", (0, 20, 1), (20, None, 3))
IN = configuration("ChangeInCapacity", (-20, 0, -1), (None, -20, -2))


@pytest.mark.parametrize(
    ("policy", "breach", "expected"),
    [
        (OUT, 0.0, 11),
        (OUT, 19.9, 11),
        (OUT, 20.0, 13),
        (IN, -5.0, 9),
        (IN, -20.0, 8),
        (OUT, -1.0, None),
        (configuration("ExactCapacity", (0, None, 4)), 1.0, 4),
        (configuration("ExactCapacity", (0, None, 10)), 1.0, None),
        (configuration("PercentChangeInCapacity", (0, None, 25)), 1.0, 12),
        (configuration("PercentChangeInCapacity", (0, None, 5)), 1.0, 11),
        (configuration("PercentChangeInCapacity", (None, 0, -25)), -1.0, 8),
        (
            configuration("PercentChangeInCapacity", (0, None, 10), MinAdjustmentMagnitude=3),
            1.0,
            13,
        ),
    ],
)
def test_the_step_that_covers_the_breach_decides(
    policy: Any, breach: float, expected: int | None
) -> None:
    decision = step_scaling(10, policy, breach)

    assert (decision.capacity if decision else None) == expected


@pytest.mark.parametrize(
    ("comparison", "values", "breached"),
    [
        ("GreaterThanThreshold", [6.0, 7.0], True),
        ("GreaterThanThreshold", [5.0, 7.0], False),
        ("GreaterThanOrEqualToThreshold", [5.0], True),
        ("LessThanThreshold", [4.0], True),
        ("LessThanOrEqualToThreshold", [5.0], True),
        ("LessThanThreshold", [], False),
    ],
)
def test_an_alarm_is_breached_when_all_values_are(
    comparison: str, values: list[float], breached: bool
) -> None:
    assert breaches({"ComparisonOperator": comparison, "Threshold": 5.0}, values) is breached
