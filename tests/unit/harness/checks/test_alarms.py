import json
from typing import Any

import pytest

from tests.unit.harness.checks.fake_deployment import FakeDeployment

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


def test_another_dashboard_fails(fake_deployment: FakeDeployment) -> None:
    board: Any = fake_deployment.answers["cloudwatch.GetDashboard"]
    widgets = json.loads(board["DashboardBody"])["widgets"][1:]
    fake_deployment.answers["cloudwatch.GetDashboard"] = {
        "DashboardBody": json.dumps({"widgets": widgets})
    }

    assert "ErrorPortAllocation" in fake_deployment.failures("alarms/*")["alarms/dashboard"]


def test_no_dashboard_fails(fake_deployment: FakeDeployment) -> None:
    fake_deployment.refuse("cloudwatch.GetDashboard", "ResourceNotFound")

    assert list(fake_deployment.failures("alarms/*")) == ["alarms/dashboard"]


def test_an_alarm_that_is_not_configured_fails(fake_deployment: FakeDeployment) -> None:
    fake_deployment.add(*ALARMS, {"AlarmName": "catalog-alb-more-pr1-7f3a"})

    assert (
        "catalog-alb-more-pr1-7f3a is not" in fake_deployment.failures("alarms/*")["alarms/metrics"]
    )


def test_an_alarm_of_another_project_with_a_similar_name_does_not_fail(
    fake_deployment: FakeDeployment,
) -> None:
    name = "catalog-alb-payments-pr1-7f3a"
    fake_deployment.add(*ALARMS, {"AlarmName": name, "AlarmArn": f"arn:{name}"})
    listed: Any = fake_deployment.answers["cloudwatch.ListTagsForResource"]
    of_others = {"Tags": [{"Key": "Project", "Value": "payments"}]}
    fake_deployment.answers["cloudwatch.ListTagsForResource"] = lambda request: (
        of_others
        if name in request["ResourceARN"]
        else (listed(request) if callable(listed) else listed)
    )

    assert fake_deployment.failures("alarms/*") == {}
    assert fake_deployment.failures("tags/alarms") == {}


def test_an_alarm_that_is_on_fails(fake_deployment: FakeDeployment) -> None:
    fake_deployment.change(*ALARM, "StateValue", to="ALARM")

    failures = fake_deployment.failures("alarms/*")

    assert list(failures) == ["alarms/none-in-alarm"]
    assert "catalog-nat-ports-0-pr1-7f3a" in failures["alarms/none-in-alarm"]
