import json
from dataclasses import replace
from typing import Any

import pytest

from stack.tiers import Tier
from tests.unit.harness.checks.fake_deployment import EXPECTED, FakeDeployment

ALARMS = ("cloudwatch.DescribeAlarms", "MetricAlarms")
ALARM = (*ALARMS, {"AlarmName": "catalog-nat-ports-0-pr1-7f3a"})


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
        ("AlarmName", "catalog-unknown-pr1-7f3a"),
    ],
)
def test_another_alarm_fails(fake_deployment: FakeDeployment, key: str, value: Any) -> None:
    fake_deployment.change(*ALARM, key, to=value)

    failures = fake_deployment.failures("alarms/*")

    assert list(failures) == ["alarms/metrics"]
    assert "nat-ports-0" in failures["alarms/metrics"]


def test_a_dashboard_without_a_metric_fails(fake_deployment: FakeDeployment) -> None:
    board: Any = fake_deployment.answers["cloudwatch.GetDashboard"]
    widgets = json.loads(board["DashboardBody"])["widgets"][1:]
    fake_deployment.answers["cloudwatch.GetDashboard"] = {
        "DashboardBody": json.dumps({"widgets": widgets})
    }

    assert "ErrorPortAllocation" in fake_deployment.failures("alarms/*")["alarms/dashboard"]


def test_no_dashboard_fails(fake_deployment: FakeDeployment) -> None:
    fake_deployment.refuse("cloudwatch.GetDashboard", "ResourceNotFound")

    assert list(fake_deployment.failures("alarms/*")) == ["alarms/dashboard"]


def test_only_what_is_deployed_is_watched(fake_deployment: FakeDeployment) -> None:
    """Without load balancer, service and database there are their alarms neither."""
    few = replace(EXPECTED, tiers=frozenset({Tier.NETWORK, Tier.MONITORING}))

    failures = fake_deployment.failures("alarms/*", expected=few)

    assert list(failures) == ["alarms/metrics"]
    assert "nat-ports-0" not in failures["alarms/metrics"]
    assert "catalog-alb-5xx-pr1-7f3a" in failures["alarms/metrics"]

    keep_nat_alarms(fake_deployment)
    assert fake_deployment.failures("alarms/*", expected=few) == {}


def keep_nat_alarms(fake_deployment: FakeDeployment) -> None:
    fake_deployment.keep(
        "cloudwatch.DescribeAlarms", "MetricAlarms", lambda each: "nat-ports" in each["AlarmName"]
    )


def test_an_alarm_on_a_nat_gateway_that_is_gone_fails(fake_deployment: FakeDeployment) -> None:
    fake_deployment.change("ec2.DescribeNatGateways", "NatGateways", 0, "State", to="deleted")

    assert "no NAT gateway of that name" in fake_deployment.failures("alarms/*")["alarms/metrics"]
