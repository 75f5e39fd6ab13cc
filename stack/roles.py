"""The execution role and the task role, with least privilege."""

import json
from typing import Any

from .bindings import iam_role, iam_role_policy
from .part import ConfiguredStack, Part
from .secret import Secret
from .storage import Storage


class Roles(Part):
    """The execution role and the task role.

    The execution role has the permissions of AmazonECSTaskExecutionRolePolicy, narrowed to the
    log group, and read access to the secret
    (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_execution_IAM_role.html).
    The API calls no AWS service, therefore the task role has no permissions.

    Attributes:
        execution_policy: Policy of the execution role; required before a task starts.
    """

    def __init__(self, stack: ConfiguredStack, secret: Secret, storage: Storage) -> None:
        super().__init__(stack, "roles")
        config = stack.config
        execution = self._role("execution", config.execution_role_name)
        task = self._role("task", config.task_role_name)
        self.execution_role_arn = execution.arn
        self.task_role_arn = task.arn
        self._declare(execution_role_name=execution.name, task_role_name=task.name)
        self.execution_policy = iam_role_policy.IamRolePolicy(
            self,
            "execution_policy",
            name="start-tasks",
            role=execution.id,
            policy=_document(*_execution_statements(secret.arn, storage.log_group_arn)),
        )

    def _role(self, id_: str, name: str) -> iam_role.IamRole:
        trust = {
            "Effect": "Allow",
            "Principal": {"Service": "ecs-tasks.amazonaws.com"},
            "Action": "sts:AssumeRole",
        }
        return iam_role.IamRole(self, id_, name=name, assume_role_policy=_document(trust))


def _execution_statements(secret_arn: str, log_group_arn: str) -> list[dict[str, Any]]:
    return [
        _allow("RegistryLogin", "*", "ecr:GetAuthorizationToken"),
        _allow(
            "PullImage",
            "*",
            "ecr:BatchCheckLayerAvailability",
            "ecr:GetDownloadUrlForLayer",
            "ecr:BatchGetImage",
        ),
        _allow("WriteLogs", f"{log_group_arn}:*", "logs:CreateLogStream", "logs:PutLogEvents"),
        _allow("ReadSecret", secret_arn, "secretsmanager:GetSecretValue"),
    ]


def _allow(sid: str, resource: str, *actions: str) -> dict[str, Any]:
    return {"Sid": sid, "Effect": "Allow", "Action": list(actions), "Resource": resource}


def _document(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})
