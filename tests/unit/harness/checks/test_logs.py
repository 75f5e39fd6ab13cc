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
