"""What the roles of a configuration may do, and who may assume them."""

from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase
from typing import Any

from harness.preflight.configuration import Reference, Resource, Unknown, references_in
from harness.preflight.rules.iam.statements import Statement, policy_of

_EXECUTION_ROLE = "service-role/AmazonECSTaskExecutionRolePolicy"

_MANAGED: Mapping[str, tuple[str, ...]] = {
    _EXECUTION_ROLE: (
        *("ecr:GetAuthorizationToken", "ecr:BatchCheckLayerAvailability"),
        *("ecr:GetDownloadUrlForLayer", "ecr:BatchGetImage"),
        *("logs:CreateLogStream", "logs:PutLogEvents"),
    ),
    "SecretsManagerReadWrite": ("secretsmanager:*",),
    "CloudWatchLogsFullAccess": ("logs:*",),
    "AdministratorAccess": ("*",),
}


def trusts(role: Resource, service: str) -> bool | None:
    """Return whether a role lets a service assume it; None when not certain."""
    found = policy_of(role, "assume_role_policy")
    if found is None or any(statement.inverted for statement in found):
        return None
    principals = [p for s in found if s.allow for p in s.principals]
    if service in principals or "*" in principals:
        return True
    return None if any(isinstance(p, Unknown) for p in principals) else False


def role_statements(role: Resource) -> list[Statement] | None:
    """Return everything that a role's policies say; None when there may be more."""
    configuration = role.configuration
    kinds = ("aws_iam_role_policy", "aws_iam_role_policy_attachment")
    if not all(configuration.all_certain(kind, "role", "aws_iam_role") for kind in kinds):
        return None
    elsewhere = configuration.resources("aws_iam_policy_attachment")
    if elsewhere or not all(role.absent(n) for n in ("inline_policy", "managed_policy_arns")):
        return None
    found: list[Statement] = []
    for inline in configuration.referring("aws_iam_role_policy", "role", role):
        found += (said := policy_of(inline, "policy")) or []
        if said is None:
            return None
    for attachment in configuration.referring("aws_iam_role_policy_attachment", "role", role):
        policy = attachment.follow("policy_arn", "aws_iam_policy")
        said = policy_of(policy, "policy") if policy else _managed(attachment.text("policy_arn"))
        if said is None:
            return None
        found += said
    return found


def allows(said: Sequence[Statement], action: str, target: Resource) -> bool | None:
    """Return whether statements allow an action on a resource; None when not certain.

    Args:
        said: All statements that apply.
        action: Action, ``service:Name``.
        target: The resource of the configuration.
    """
    if any(not statement.allow or statement.inverted for statement in said):
        return None
    verdicts = [
        _names(item, target, action)
        for statement in said
        if _covers_action(statement, action)
        for item in statement.resources
    ]
    if True in verdicts:
        return True
    unknown = any(isinstance(a, Unknown) for statement in said for a in statement.actions)
    return None if unknown or None in verdicts else False


def _names(value: Any, target: Resource, action: str) -> bool | None:
    """Return whether the resource of a statement stands for a resource."""
    references = list(references_in(value))
    if value == "*" or any(r.address == target.address for r in references):
        return True
    if isinstance(value, str):
        service = (value.split(":") + [""] * 3)[2]
        return False if service not in ("*", "", action.partition(":")[0]) else None
    first = value.parts[0] if isinstance(value, Unknown) and value.parts else value
    if isinstance(first, Reference) and first.attribute in ("arn", "id"):
        other = target.configuration.find(first.address)
        return False if other is not None and other.managed else None
    return None


def _covers_action(statement: Statement, action: str) -> bool:
    known = [str(a).lower() for a in statement.actions if not isinstance(a, Unknown)]
    return any(fnmatchcase(action.lower(), pattern) for pattern in known)


def _managed(arn: str | None) -> list[Statement] | None:
    """Return what the few managed policies say that matter to a task; None for the others."""
    actions = _MANAGED.get((arn or "").partition(":policy/")[2])
    if actions is None:
        return None
    return [
        Statement(
            allow=True,
            actions=actions,
            resources=("*",),
            principals=(),
            inverted=False,
            conditional=False,
        )
    ]
