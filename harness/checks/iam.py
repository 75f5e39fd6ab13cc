"""The two roles of the tasks: their trust policies and their permissions."""

import json
from typing import Any

from harness.aws.capability import Capability
from harness.checks.framework.check import ServiceChecks, check, expect, expect_equal
from harness.checks.framework.expected import Tier

_SECRET_ACTION = "secretsmanager:GetSecretValue"  # noqa: S105 -- the action's name
_PULL_ACTIONS = (
    "ecr:GetAuthorizationToken",
    "ecr:BatchCheckLayerAvailability",
    "ecr:GetDownloadUrlForLayer",
    "ecr:BatchGetImage",
)
_LOG_ACTIONS = ("logs:CreateLogStream", "logs:PutLogEvents")

# (effect, action, resource)
Grant = tuple[str, str, str]


class Iam(ServiceChecks):
    """Checks of the execution role and the task role."""

    service = "iam"
    tier = Tier.ROLES
    requires = (Capability.IAM,)

    @check("only ECS tasks can assume the roles")
    def trust(self) -> str:
        """Compare the trust policies."""
        stack = self.context.expected
        for name in (stack.execution_role_name, stack.task_role_name):
            role = self.context.clients.iam.get_role(RoleName=name)["Role"]
            # botocore decodes the document.
            document: Any = role["AssumeRolePolicyDocument"]
            actual = [
                (each["Effect"], each["Principal"], each["Action"])
                for each in document["Statement"]
            ]
            expected = ("Allow", {"Service": "ecs-tasks.amazonaws.com"}, "sts:AssumeRole")
            expect_equal(f"trust of {name}", actual, [expected])
        return "ecs-tasks.amazonaws.com alone can assume both roles"

    @check(
        "the execution role can read the secret of the stack alone",
        requires=(Capability.SECRETSMANAGER,),
    )
    def reads_one_secret(self) -> str:
        """Find every grant that allows to read a secret: there must be one, on the ARN."""
        stack = self.context.expected
        secret = self.context.clients.secretsmanager.describe_secret(SecretId=stack.secret_name)
        grants = self._grants(stack.execution_role_name)
        actual = {
            (action, resource)
            for effect, action, resource in grants
            if effect == "Allow" and action.startswith(("secretsmanager:", "*", "every"))
        }
        expect_equal("grants on secrets", actual, {(_SECRET_ACTION, secret["ARN"])})
        return f"{_SECRET_ACTION} on {stack.secret_name} alone"

    @check("the other permissions of the execution role are image pulls and the tasks' logs")
    def starts_tasks_only(self) -> str:
        """Compare all other grants of the role."""
        stack = self.context.expected
        role = self.context.clients.iam.get_role(RoleName=stack.execution_role_name)["Role"]
        _, partition, _, _, account, _ = role["Arn"].split(":", 5)
        group = f"log-group:{stack.log_group_name}"
        streams = f"arn:{partition}:logs:{stack.region}:{account}:{group}:*"
        expected = {
            *(("Allow", action, "*") for action in _PULL_ACTIONS),
            *(("Allow", action, streams) for action in _LOG_ACTIONS),
        }
        grants = self._grants(stack.execution_role_name)
        actual = {grant for grant in grants if not grant[1].startswith("secretsmanager:")}
        expect_equal("grants", actual, expected)
        return f"{len(actual)} grants: image pulls, and logs of {stack.log_group_name}"

    @check("the task role has no permissions in AWS")
    def task_role_is_empty(self) -> str:
        """List the policies of the task role."""
        name = self.context.expected.task_role_name
        grants = self._grants(name)
        expect(not grants, f"no grants of {name}", sorted(grants))
        return f"{name} has no policy"

    def _grants(self, role: str) -> set[Grant]:
        """Return every grant of a role's inline policies; it must have no attached policy."""
        iam = self.context.clients.iam
        attached = iam.list_attached_role_policies(RoleName=role)["AttachedPolicies"]
        names = [policy.get("PolicyName") for policy in attached]
        expect(not names, f"no policy attached to {role}", names)
        grants: set[Grant] = set()
        for policy in iam.list_role_policies(RoleName=role)["PolicyNames"]:
            response = iam.get_role_policy(RoleName=role, PolicyName=policy)
            grants |= _grants_of(response["PolicyDocument"])
        return grants


def _grants_of(document: Any) -> set[Grant]:
    parsed = json.loads(document) if isinstance(document, str) else document
    return {
        (statement["Effect"], action, resource)
        for statement in _listed(parsed["Statement"])
        for action in _listed(statement.get("Action", "every other action"))
        for resource in _listed(statement.get("Resource", "every other resource"))
    }


def _listed(value: Any) -> list[Any]:
    """IAM accepts a single value in place of a list."""
    return value if isinstance(value, list) else [value]
