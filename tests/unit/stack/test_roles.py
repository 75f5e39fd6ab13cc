import json
from typing import Any

from tests.unit.stack.conftest import SUFFIX
from tests.unit.stack.template import Template


def statements(document: str) -> dict[str, dict[str, Any]]:
    policy = json.loads(document)
    assert policy["Version"] == "2012-10-17"
    return {statement.get("Sid", ""): statement for statement in policy["Statement"]}


def test_both_roles_are_for_tasks_alone(template: Template) -> None:
    roles = template.resources("aws_iam_role")
    assert {role["name"] for role in roles} == {
        f"catalog-execution-{SUFFIX}",
        f"catalog-task-{SUFFIX}",
    }
    for role in roles:
        assert statements(role["assume_role_policy"])[""] == {
            "Effect": "Allow",
            "Principal": {"Service": "ecs-tasks.amazonaws.com"},
            "Action": "sts:AssumeRole",
        }


def test_only_the_execution_role_may_do_anything(template: Template) -> None:
    policy = template.resource("aws_iam_role_policy")
    execution = template.resource("aws_iam_role", name=f"catalog-execution-{SUFFIX}")
    assert policy["role"] == execution.ref("id")
    assert not template.resources("aws_iam_role_policy_attachment")


def test_the_execution_role_may_read_exactly_its_secret(template: Template) -> None:
    allowed = statements(template.resource("aws_iam_role_policy")["policy"])["ReadSecret"]
    assert allowed["Action"] == ["secretsmanager:GetSecretValue"]
    assert allowed["Resource"] == template.resource("aws_secretsmanager_secret").ref("arn")


def test_the_execution_role_may_write_to_its_log_group_alone(template: Template) -> None:
    allowed = statements(template.resource("aws_iam_role_policy")["policy"])["WriteLogs"]
    assert allowed["Action"] == ["logs:CreateLogStream", "logs:PutLogEvents"]
    group = template.resource("aws_cloudwatch_log_group")
    assert allowed["Resource"] == f"{group.ref('arn')}:*"


def test_the_execution_role_may_pull_images_and_nothing_more(template: Template) -> None:
    allowed = statements(template.resource("aws_iam_role_policy")["policy"])
    assert set(allowed) == {"RegistryLogin", "PullImage", "WriteLogs", "ReadSecret"}
    assert allowed["RegistryLogin"]["Action"] == ["ecr:GetAuthorizationToken"]
    assert allowed["PullImage"]["Action"] == [
        "ecr:BatchCheckLayerAvailability",
        "ecr:GetDownloadUrlForLayer",
        "ecr:BatchGetImage",
    ]
    for name in ("RegistryLogin", "PullImage"):
        assert allowed[name]["Resource"] == "*"
    assert all(statement["Effect"] == "Allow" for statement in allowed.values())
