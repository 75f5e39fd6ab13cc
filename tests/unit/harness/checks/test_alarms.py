import json
from typing import Any

import pytest

from tests.unit.harness.checks.world import World

ALARM = ("cloudwatch.DescribeAlarms", "MetricAlarms", 0)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("Threshold", 6.0),
        ("EvaluationPeriods", 1),
        ("Period", 300),
        ("MetricName", "Other"),
        ("Statistic", "Average"),
        ("Dimensions", []),
        ("ActionsEnabled", False),
        ("TreatMissingData", "missing"),
        ("ComparisonOperator", "LessThanThreshold"),
        ("AlarmName", "catalog-stranger-pr1-7f3a"),
    ],
)
def test_another_alarm_fails(world: World, key: str, value: Any) -> None:
    world.change(*ALARM, key, to=value)

    failures = world.failures("alarms/*")

    assert list(failures) == ["alarms/metrics"]
    assert "alb-5xx" in failures["alarms/metrics"]


def test_a_dashboard_without_a_metric_fails(world: World) -> None:
    board: Any = world.answers["cloudwatch.GetDashboard"]
    widgets = json.loads(board["DashboardBody"])["widgets"][1:]
    world.answers["cloudwatch.GetDashboard"] = {"DashboardBody": json.dumps({"widgets": widgets})}

    assert "HTTPCode_ELB_5XX_Count" in world.failures("alarms/*")["alarms/dashboard"]


def test_no_dashboard_fails(world: World) -> None:
    world.refuse("cloudwatch.GetDashboard", "ResourceNotFound")

    assert list(world.failures("alarms/*")) == ["alarms/dashboard"]
