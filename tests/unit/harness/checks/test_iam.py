import json
from typing import Any

import pytest

from tests.unit.harness.checks.fake_deployment import SECRET_ARN, FakeDeployment, role_statements


def _policy(fake_deployment: FakeDeployment, *statements: dict[str, Any]) -> None:
    fake_deployment.change(
        "iam.GetRolePolicy", "PolicyDocument", to=json.dumps({"Statement": statements})
    )


def _grant(action: Any, resource: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": resource}


@pytest.mark.parametrize(
    ("extra", "checks"),
    [
        (_grant("secretsmanager:GetSecretValue", "*"), {"reads-one-secret"}),
        (_grant("secretsmanager:*", SECRET_ARN), {"reads-one-secret"}),
        (_grant("*", "*"), {"reads-one-secret", "starts-tasks-only"}),
        (_grant("s3:GetObject", "*"), {"starts-tasks-only"}),
        (
            {"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"},
            {"reads-one-secret", "starts-tasks-only"},
        ),
    ],
)
def test_a_wider_execution_role_fails(
    fake_deployment: FakeDeployment, extra: dict[str, Any], checks: set[str]
) -> None:
    _policy(fake_deployment, *role_statements(), extra)

    assert set(fake_deployment.failures("iam/*")) == {f"iam/{check}" for check in checks}


@pytest.mark.parametrize(("missing", "check"), [(0, "starts-tasks-only"), (3, "reads-one-secret")])
def test_a_narrower_execution_role_fails(
    fake_deployment: FakeDeployment, missing: int, check: str
) -> None:
    statements = role_statements()
    del statements[missing]
    _policy(fake_deployment, *statements)

    assert list(fake_deployment.failures("iam/*")) == [f"iam/{check}"]


def test_a_policy_attached_to_a_role_fails(fake_deployment: FakeDeployment) -> None:
    fake_deployment.change(
        "iam.ListAttachedRolePolicies", "AttachedPolicies", to=[{"PolicyName": "Admin"}]
    )

    assert "Admin" in fake_deployment.failures("iam/*")["iam/task-role-is-empty"]


def test_a_task_role_with_a_policy_fails(fake_deployment: FakeDeployment) -> None:
    fake_deployment.answers["iam.ListRolePolicies"] = {"PolicyNames": ["start-tasks"]}

    assert list(fake_deployment.failures("iam/*")) == ["iam/task-role-is-empty"]


def test_roles_with_another_trust_policy_fail(fake_deployment: FakeDeployment) -> None:
    right: Any = fake_deployment.answers["iam.GetRole"]
    trust = [{"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}]

    def open_role(parameters: dict[str, Any]) -> dict[str, Any]:
        role = right(parameters)["Role"]
        return {"Role": {**role, "AssumeRolePolicyDocument": json.dumps({"Statement": trust})}}

    fake_deployment.answers["iam.GetRole"] = open_role

    failures = fake_deployment.failures("iam/*")
    assert list(failures) == ["iam/trust"]
    assert "'AWS': '*'" in failures["iam/trust"]


def test_a_missing_role_fails(fake_deployment: FakeDeployment) -> None:
    fake_deployment.refuse("iam.GetRole", "NoSuchEntity")

    assert set(fake_deployment.failures("iam/*")) == {"iam/trust", "iam/starts-tasks-only"}
