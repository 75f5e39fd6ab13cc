"""The service-linked roles of an account: AWS services act with them for the stack.

A service creates its own with the first resource in an account, and may refuse that resource until
the role is known everywhere: https://docs.aws.amazon.com/IAM/latest/UserGuide/using-service-linked-roles.html
"""

from collections.abc import Callable, Mapping

import boto3
from botocore.exceptions import ClientError

from harness.aws.errors import error_code, error_message, is_absent, is_access_denied
from harness.core.errors import UsageError

_EXISTS = ("InvalidInput", "EntityAlreadyExists")


def ensure_service_linked_roles(
    session: boto3.Session, roles: Mapping[str, str], *, note: Callable[[str], None]
) -> None:
    """Create the roles that are missing; they belong to the account and outlast every run.

    Args:
        session: A session that may call ``iam:GetRole`` and ``iam:CreateServiceLinkedRole``.
        roles: Name of a role -> its service.
        note: Receives the roles that were created, or cannot be looked up.

    Raises:
        UsageError: One is missing and must not be created; the remedy has the commands.
    """
    iam = session.client("iam")
    missing = {}
    for name, service in roles.items():
        try:
            iam.get_role(RoleName=name)
        except ClientError as error:
            if is_access_denied(error):
                note(f"whether the role {name} exists is unknown: {error_message(error)}")
                return
            if not is_absent(error):
                raise
            missing[name] = service
    for name, service in missing.items():
        try:
            iam.create_service_linked_role(AWSServiceName=service)
        except ClientError as error:
            if error_code(error) in _EXISTS:  # another run was faster
                continue
            command = "aws iam create-service-linked-role --aws-service-name"
            commands = "; ".join(f"{command} {each}" for each in missing.values())
            raise UsageError(
                f"the account has no role {name}, and it cannot be created: {error_message(error)}",
                remedy=f"create it once with an administrator's credentials: {commands}",
            ) from error
        note(f"created the role {name} of {service}, which the account did not have")
