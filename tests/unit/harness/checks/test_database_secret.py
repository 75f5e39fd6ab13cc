import json
from typing import Any

import pytest

from tests.unit.harness.checks.fake_deployment import FakeDeployment

OPEN = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": "*"}]}


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("Description", "another"),
        ("RotationEnabled", True),
        ("KmsKeyId", "arn:key"),
        ("ReplicationStatus", [{"Region": "eu-west-1"}]),
    ],
)
def test_another_setting_fails(fake_deployment: FakeDeployment, key: str, value: Any) -> None:
    fake_deployment.change("secretsmanager.DescribeSecret", key, to=value)

    assert list(fake_deployment.failures("database-secret/*")) == ["database-secret/settings"]


def test_a_resource_policy_fails(fake_deployment: FakeDeployment) -> None:
    fake_deployment.change(
        "secretsmanager.GetResourcePolicy", "ResourcePolicy", to=json.dumps(OPEN)
    )

    failure = fake_deployment.failures("database-secret/*")["database-secret/settings"]

    assert "ResourcePolicy.Statement.Principal: expected nothing, seen: '*'" in failure


@pytest.mark.parametrize(
    ("stages", "passes"),
    [
        ({"v1": ["AWSCURRENT"]}, True),
        ({"v1": ["AWSPREVIOUS"], "v2": ["AWSCURRENT"]}, True),
        ({"v1": ["AWSCURRENT", "elsewhere"]}, False),
        ({"v1": ["AWSCURRENT"], "v2": ["AWSPENDING"]}, False),
    ],
)
def test_the_only_stage_is_the_current_one(
    fake_deployment: FakeDeployment, stages: dict[str, list[str]], passes: bool
) -> None:
    by_id = {version * 16: some for version, some in stages.items()}
    fake_deployment.change("secretsmanager.DescribeSecret", "VersionIdsToStages", to=by_id)

    assert (
        "database-secret/settings" not in fake_deployment.failures("database-secret/*")
    ) is passes
