"""The two roles of the tasks: who may have them, and what they may do."""

import json
from typing import Any

from harness.aws.capability import Capability
from harness.checks.framework.check import ServiceChecks, check
from harness.checks.framework.expect import expect, expect_equal
from harness.run.evidence import Plane
from stack.tiers import Tier

_IAM = (Capability.IAM,)
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

    @check("only ECS tasks can have the roles", plane=Plane.CONTROL, requires=_IAM)
    def trust(self) -> str:
        """Compare the trust policies."""
        config = self.context.config
        for name in (config.execution_role_name, config.task_role_name):
            role = self.context.clients.iam.get_role(RoleName=name)["Role"]
            # botocore has decoded the document already.
            document: Any = role["AssumeRolePolicyDocument"]
            seen = [
                (each["Effect"], each["Principal"], each["Action"])
                for each in document["Statement"]
            ]
            wanted = ("Allow", {"Service": "ecs-tasks.amazonaws.com"}, "sts:AssumeRole")
            expect_equal(f"trust of {name}", seen, [wanted])
        return "ecs-tasks.amazonaws.com alone may assume both roles"

    @check(
        "the execution role may read exactly the one secret",
        plane=Plane.CONTROL,
        requires=(*_IAM, Capability.SECRETSMANAGER),
    )
    def reads_one_secret(self) -> str:
        """Find every grant that could read a secret: there must be one, on the ARN."""
        config = self.context.config
        secret = self.context.clients.secretsmanager.describe_secret(SecretId=config.secret_name)
        grants = self._grants(config.execution_role_name)
        seen = {
            (action, resource)
            for effect, action, resource in grants
            if effect == "Allow" and action.startswith(("secretsmanager:", "*", "every"))
        }
        expect_equal("grants on secrets", seen, {(_SECRET_ACTION, secret["ARN"])})
        return f"{_SECRET_ACTION} on {config.secret_name} alone"

    @check(
        "the execution role may only pull images and write the tasks' logs besides",
        plane=Plane.CONTROL,
        requires=_IAM,
    )
    def starts_tasks_only(self) -> str:
        """Compare all other grants of the role."""
        config = self.context.config
        role = self.context.clients.iam.get_role(RoleName=config.execution_role_name)["Role"]
        _, partition, _, _, account, _ = role["Arn"].split(":", 5)
        group = f"log-group:{config.log_group_name}"
        streams = f"arn:{partition}:logs:{config.region}:{account}:{group}:*"
        wanted = {
            *(("Allow", action, "*") for action in _PULL_ACTIONS),
            *(("Allow", action, streams) for action in _LOG_ACTIONS),
        }
        grants = self._grants(config.execution_role_name)
        seen = {grant for grant in grants if not grant[1].startswith("secretsmanager:")}
        expect_equal("grants", seen, wanted)
        return f"{len(seen)} grants: image pulls, and logs of {config.log_group_name}"

    @check("the tasks themselves may do nothing in AWS", plane=Plane.CONTROL, requires=_IAM)
    def task_role_is_empty(self) -> str:
        """Look for any policy of the task role."""
        name = self.context.config.task_role_name
        grants = self._grants(name)
        expect(not grants, f"no grants of {name}", sorted(grants))
        return f"{name} has no policy"

    def _grants(self, role: str) -> set[Grant]:
        """Return every grant of a role's inline policies; attached ones are never wanted."""
        iam = self.context.clients.iam
        attached = iam.list_attached_role_policies(RoleName=role)["AttachedPolicies"]
        names = [policy.get("PolicyName") for policy in attached]
        expect(not names, f"no policy attached to {role}", names)
        grants: set[Grant] = set()
        for policy in iam.list_role_policies(RoleName=role)["PolicyNames"]:
            answer = iam.get_role_policy(RoleName=role, PolicyName=policy)
            grants |= _grants_of(answer["PolicyDocument"])
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
    """IAM takes one value where it takes a list."""
    return value if isinstance(value, list) else [value]
