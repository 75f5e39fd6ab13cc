"""Settings that a real account requires, and the account of the credentials."""

import re

from harness.aws.caller_identity import Identity
from harness.core.errors import UsageError
from harness.run.stack_definition import StackConfiguration
from harness.settings.settings import HarnessSettings

_ACCOUNT = re.compile(r"\d{12}")


def guard_request(settings: HarnessSettings, config: StackConfiguration) -> None:
    """Refuse incomplete settings; sends no request.

    Raises:
        UsageError: The region is not allowed; the account id is missing or malformed; there is
            no bucket for the state.
    """
    guard_location(settings)
    if config.state_bucket is None:
        # The local state of a run in continuous integration is lost with the machine, and the
        # stack could not be destroyed any more.
        raise UsageError(
            "--state-bucket: not given",
            remedy="give an S3 bucket for the Terraform state (or set TERRAFORM_STATE_BUCKET)",
        )


def guard_location(settings: HarnessSettings) -> None:
    """Refuse a region that is not allowed, and a missing account id.

    Raises:
        UsageError: The region is not allowed; the account id is missing or malformed.
    """
    allowed = [name.strip() for name in settings.allowed_regions.split(",") if name.strip()]
    if settings.region not in allowed:
        raise UsageError(
            f"region {settings.region} is not allowed; allowed: {', '.join(allowed)}",
            remedy="use an allowed region, or add it to --allowed-regions",
        )
    if not _ACCOUNT.fullmatch(settings.account_id or ""):
        account = settings.account_id
        given = f"{account!r} is not an account id" if account else "not given"
        raise UsageError(
            f"--account-id: {given}",
            remedy="give its twelve digits; `aws sts get-caller-identity` prints them",
        )


def guard_account(settings: HarnessSettings, identity: Identity) -> None:
    """Refuse credentials of another account or of the root user.

    Raises:
        UsageError: They belong to another account or to the root user.
    """
    if identity.account != settings.account_id:
        raise UsageError(
            f"the credentials belong to account {identity.account} ({identity.arn}), "
            f"--account-id is {settings.account_id}",
            remedy="use credentials of that account, or correct the option",
        )
    if identity.is_root:
        raise UsageError(
            f"the credentials belong to the root user ({identity.arn})",
            remedy="use a role or user with no more permissions than the stack requires",
        )
