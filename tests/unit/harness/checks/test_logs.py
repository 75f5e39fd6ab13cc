from typing import Any

import pytest

from tests.unit.harness.checks.fake_deployment import FakeDeployment


@pytest.mark.parametrize(
    ("value", "observed"),
    [
        ([], "/ecs/catalog-pr1-7f3a is missing"),
        ([{"logGroupName": "/ecs/catalog-pr1-7f3a"}], "RetentionInDays"),
        ([{"logGroupName": "/ecs/catalog-pr1-7f3a", "retentionInDays": 30}], "30"),
        ([{"logGroupName": "/ecs/catalog-pr1-7f3ab", "retentionInDays": 7}], "is missing"),
    ],
)
def test_a_log_group_without_its_retention_fails(
    fake_deployment: FakeDeployment, value: Any, observed: str
) -> None:
    fake_deployment.change("logs.DescribeLogGroups", "logGroups", to=value)

    assert observed in fake_deployment.failures("logs/*")["logs/log-group"]


@pytest.mark.parametrize(
    ("operation", "response"),
    [
        ("DescribeMetricFilters", {"metricFilters": [{"filterName": "x"}]}),
        ("DescribeSubscriptionFilters", {"subscriptionFilters": [{"filterName": "x"}]}),
        ("GetDataProtectionPolicy", {"policyDocument": "{}1"}),
        ("GetTransformer", {"transformerConfig": [{"parseJSON": {"source": "x"}}]}),
    ],
)
def test_anything_that_reads_or_changes_its_events_fails(
    fake_deployment: FakeDeployment, operation: str, response: dict[str, Any]
) -> None:
    fake_deployment.answers[f"logs.{operation}"] = response

    assert list(fake_deployment.failures("logs/*")) == ["logs/log-group"]


def test_what_an_emulator_lacks_is_named_in_the_evidence(fake_deployment: FakeDeployment) -> None:
    lacking = "Unknown action: GetTransformer"
    fake_deployment.refuse("logs.GetTransformer", "InvalidOperationException", lacking)

    assert not fake_deployment.failures("logs/*")
    assert fake_deployment.results[0].observed.endswith("; not compared here: Transformer")


def test_a_policy_that_may_not_be_read_fails(fake_deployment: FakeDeployment) -> None:
    fake_deployment.refuse("logs.GetDataProtectionPolicy", "AccessDeniedException")

    assert "AccessDenied" in fake_deployment.failures("logs/*")["logs/log-group"]
