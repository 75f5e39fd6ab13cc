import json
from typing import Any

import pytest

from tests.unit.harness.checks.fake_deployment import SECRET_ARN, FakeDeployment, role_statements


def _policy(fake_deployment: FakeDeployment, *statements: dict[str, Any]) -> None:
    document = {"Version": "2012-10-17", "Statement": statements}
    fake_deployment.change("iam.GetRolePolicy", "PolicyDocument", to=json.dumps(document))


def _grant(action: Any, resource: Any, **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


@pytest.mark.parametrize(
    "extra",
    [
        _grant("secretsmanager:GetSecretValue", "*"),
        _grant("*", "*"),
        _grant("s3:GetObject", "*", Sid="More"),
        {"Effect": "Deny", "Action": "secretsmanager:*", "Resource": SECRET_ARN, "Sid": "No"},
        {"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"},
    ],
)
def test_one_statement_more_fails(fake_deployment: FakeDeployment, extra: dict[str, Any]) -> None:
    _policy(fake_deployment, *role_statements(), extra)

    assert "is not configured" in fake_deployment.failures("iam/*")["iam/roles"]


@pytest.mark.parametrize(
    "changes",
    [
        {"Effect": "Deny"},
        {"Resource": "*"},
        {"Action": ["secretsmanager:GetSecretValue", "secretsmanager:PutSecretValue"]},
        {"Condition": {"IpAddress": {"aws:SourceIp": "192.0.2.1"}}},
    ],
)
def test_another_statement_fails(fake_deployment: FakeDeployment, changes: dict[str, Any]) -> None:
    *others, reads_secret = role_statements()
    _policy(fake_deployment, *others, {**reads_secret, **changes})

    assert next(iter(changes)) in fake_deployment.failures("iam/*")["iam/roles"]


def test_one_statement_less_fails(fake_deployment: FakeDeployment) -> None:
    _policy(fake_deployment, *role_statements()[1:])

    assert "is missing" in fake_deployment.failures("iam/*")["iam/roles"]


def test_the_same_statements_in_another_form_are_the_same(fake_deployment: FakeDeployment) -> None:
    listed = [{**each, "Resource": [each["Resource"]]} for each in reversed(role_statements())]
    _policy(fake_deployment, *listed)

    assert fake_deployment.failures("iam/*") == {}


def test_a_policy_attached_to_a_role_fails(fake_deployment: FakeDeployment) -> None:
    fake_deployment.change(
        "iam.ListAttachedRolePolicies", "AttachedPolicies", to=[{"PolicyName": "Admin"}]
    )

    assert "Admin" in fake_deployment.failures("iam/*")["iam/roles"]


def test_a_task_role_with_a_policy_fails(fake_deployment: FakeDeployment) -> None:
    fake_deployment.answers["iam.ListRolePolicies"] = {"PolicyNames": ["start-tasks"]}

    assert "catalog-task-pr1-7f3a: inline[start-tasks]" in str(fake_deployment.failures("iam/*"))


@pytest.mark.parametrize(
    "changes",
    [
        {"Principal": {"AWS": "*"}},
        {"Action": ["sts:AssumeRole", "sts:TagSession"]},
        {"Condition": {"StringEquals": {"aws:SourceAccount": "1"}}},
    ],
)
def test_another_trust_policy_fails(
    fake_deployment: FakeDeployment, changes: dict[str, Any]
) -> None:
    right: Any = fake_deployment.answers["iam.GetRole"]

    def changed(parameters: dict[str, Any]) -> dict[str, Any]:
        role = right(parameters)["Role"]
        document = json.loads(role["AssumeRolePolicyDocument"])
        document["Statement"][0].update(changes)
        return {"Role": {**role, "AssumeRolePolicyDocument": json.dumps(document)}}

    fake_deployment.answers["iam.GetRole"] = changed

    assert list(fake_deployment.failures("iam/*")) == ["iam/roles"]


def test_a_missing_role_fails(fake_deployment: FakeDeployment) -> None:
    fake_deployment.refuse("iam.GetRole", "NoSuchEntity")

    assert list(fake_deployment.failures("iam/*")) == ["iam/roles"]
