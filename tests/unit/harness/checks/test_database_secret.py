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
