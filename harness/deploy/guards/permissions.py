"""The caller must have the permissions of the stack before anything is created."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

import boto3
from botocore.exceptions import ClientError

from harness.aws.caller_identity import Identity
from harness.aws.errors import error_code, error_message, is_absent, is_access_denied
from harness.aws.paging import batches, pages
from harness.core.errors import UsageError

# Few enough for one response.
_MOST_ACTIONS = 40
_ASSUMED = ":assumed-role/"
# Of principals that AWS does not simulate, such as federated users.
_NOT_SIMULATED = ("InvalidInput", "ValidationError")

Statement = Mapping[str, Any]


def guard_permissions(
    session: boto3.Session,
    identity: Identity,
    statements: Sequence[Statement],
    *,
    example: str,
    note: Callable[[str], None],
) -> None:
    """Refuse a caller that lacks a permission of a policy.

    Args:
        session: A session that may call ``iam:SimulatePrincipalPolicy``.
        statements: Statements of the policy, each with ``Action`` and ``Resource``.
        example: Takes the place of every ``*`` in a resource or a condition.
        note: Receives a warning when the permissions cannot be simulated.

    Raises:
        UsageError: Permissions are missing; the message lists all of them.
    """
    iam = session.client("iam")
    try:
        source = _principal(iam, identity)
        missing = {each for part in statements for each in _denied(iam, source, part, example)}
    except ClientError as error:
        usable = error_code(error) not in _NOT_SIMULATED
        if usable and not is_access_denied(error) and not is_absent(error):
            raise
        note(f"it is unknown what {identity.arn} may do: {error_message(error)}")
        return
    if missing:
        lines = "".join(f"\n  - {each}" for each in sorted(missing))
        raise UsageError(
            f"{source} lacks {len(missing)} permission(s):{lines}",
            remedy="attach the policy of docs/iam-policy.json, with the account, region and bucket "
            "of this run; a permissions boundary or a policy of the organization may deny them too",
        )


def _principal(iam: Any, identity: Identity) -> str:
    """Return the ARN of the user, or of the role of a session: a session has no policies.

    A role may have a path, which the ARN of its session does not contain.
    """
    if _ASSUMED not in identity.arn:
        return identity.arn
    name = identity.arn.partition(_ASSUMED)[2].partition("/")[0]
    try:
        arn: str = iam.get_role(RoleName=name)["Role"]["Arn"]
    except ClientError as error:
        if not is_access_denied(error):
            raise
        return f"arn:aws:iam::{identity.account}:role/{name}"
    return arn


def _denied(iam: Any, source: str, statement: Statement, example: str) -> Iterator[str]:
    """Yield the actions of a statement that are denied, with the resource if it is not any.

    https://docs.aws.amazon.com/IAM/latest/APIReference/API_SimulatePrincipalPolicy.html
    """
    resources = [r.replace("*", example) for r in _listed(statement["Resource"]) if r != "*"]
    context = [
        {
            "ContextKeyName": key,
            "ContextKeyValues": [_listed(values)[0].replace("*", example)],
            "ContextKeyType": "string",
        }
        for operator in statement.get("Condition", {}).values()
        for key, values in operator.items()
    ]
    request: dict[str, Any] = {"PolicySourceArn": source, "ContextEntries": context}
    if resources:
        request["ResourceArns"] = resources
    simulate = partial(pages, iam, "simulate_principal_policy", "EvaluationResults", **request)
    for actions in batches(_listed(statement["Action"]), _MOST_ACTIONS):
        for result in simulate(ActionNames=actions):
            if result["EvalDecision"] != "allowed":
                where = result.get("EvalResourceName", "*")
                yield result["EvalActionName"] + (f" on {where}" if where != "*" else "")


def _listed(value: Any) -> list[str]:
    return [value] if isinstance(value, str) else list(value)
