"""What the user must set for a real account, and that the credentials belong to it."""

import re

from harness.aws.caller_identity import Identity
from harness.core.errors import UsageError
from harness.run.stack_definition import StackConfiguration
from harness.settings.settings import HarnessSettings

_ACCOUNT = re.compile(r"\d{12}")


def guard_request(settings: HarnessSettings, config: StackConfiguration) -> None:
    """Refuse what is wrong without a request to AWS.

    Args:
        settings: The user's settings.
        config: The stack's configuration that follows from it.

    Raises:
        UsageError: The region is not allowed; the account id is missing or malformed; there is
            no bucket for the state.
    """
    guard_place(settings)
    if config.state_bucket is None:
        # A run in continuous integration ends with its machine: nothing could be torn down
        # with a state that was kept there.
        raise UsageError(
            "--state-bucket: not given",
            remedy="name an S3 bucket for the Terraform state (or set TERRAFORM_STATE_BUCKET)",
        )


def guard_place(settings: HarnessSettings) -> None:
    """Refuse a region that is not allowed, and an account that was not named.

    Args:
        settings: The user's settings.

    Raises:
        UsageError: The region is not allowed; the account id is missing or malformed.
    """
    allowed = [name.strip() for name in settings.allowed_regions.split(",") if name.strip()]
    if settings.region not in allowed:
        raise UsageError(
            f"region {settings.region} is not among the allowed ones: {', '.join(allowed)}",
            remedy="deploy there, or allow it by --allowed-regions",
        )
    if not _ACCOUNT.fullmatch(settings.account_id or ""):
        account = settings.account_id
        given = f"{account!r} is not an account id" if account else "not given"
        raise UsageError(
            f"--account-id: {given}",
            remedy="name the account: the twelve digits that `aws sts get-caller-identity` prints",
        )


def guard_account(settings: HarnessSettings, identity: Identity) -> None:
    """Refuse credentials of another account, and those of the root user.

    Args:
        settings: The user's settings.
        identity: The caller identity that STS returns.

    Raises:
        UsageError: They are not those of that account, or more powerful than a test needs.
    """
    if identity.account != settings.account_id:
        raise UsageError(
            f"the credentials are of account {identity.account} ({identity.arn}), --account-id is "
            f"{settings.account_id}",
            remedy="use credentials of that account, or correct the option",
        )
    if identity.is_root:
        raise UsageError(
            f"these are the credentials of the root user ({identity.arn})",
            remedy="use a role or user that may deploy the stack and nothing else",
        )
