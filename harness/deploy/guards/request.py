"""What the user must have said, and that it is what the credentials are for."""

import re

from harness.aws.caller_identity import Identity
from harness.core.errors import UsageError
from harness.settings.settings import HarnessSettings
from stack.config import StackConfig
from stack.tiers import Tier

_ACCOUNT = re.compile(r"\d{12}")


def guard_request(settings: HarnessSettings, config: StackConfig) -> None:
    """Refuse what can be seen to be wrong without asking AWS.

    Args:
        settings: What the user set.
        config: The stack's configuration that follows from it.

    Raises:
        UsageError: The region is not allowed; the account id is missing or none; there is no
            image that AWS could pull, or no bucket for the state.
    """
    guard_place(settings)
    _require_image(settings, config)
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
        settings: What the user set.

    Raises:
        UsageError: The region is not allowed; the account id is missing or none.
    """
    allowed = [name.strip() for name in settings.allowed_regions.split(",") if name.strip()]
    if settings.region not in allowed:
        raise UsageError(
            f"region {settings.region} is not among the allowed ones: {', '.join(allowed)}",
            remedy="deploy there, or allow it by --allowed-regions",
        )
    if not _ACCOUNT.fullmatch(settings.account_id or ""):
        given = f"{settings.account_id!r} is no account id" if settings.account_id else "not given"
        raise UsageError(
            f"--account-id: {given}",
            remedy="say which account you mean: the twelve digits of `aws sts get-caller-identity`",
        )


def _require_image(settings: HarnessSettings, config: StackConfig) -> None:
    named = settings.image or settings.stack_settings.get("image")
    if named is None and Tier.SERVICE in config.tiers:
        raise UsageError(
            "--image: not given, and AWS has none of the API",
            remedy="`catalog-harness image publish` builds it, pushes it to ECR and says its name",
        )


def guard_account(settings: HarnessSettings, identity: Identity) -> None:
    """Refuse credentials of another account, and those of the root user.

    Args:
        settings: What the user set.
        identity: What STS says.

    Raises:
        UsageError: They are not what the user meant, or more powerful than a test should be.
    """
    if identity.account != settings.account_id:
        raise UsageError(
            f"the credentials are of account {identity.account} ({identity.arn}), --account-id "
            f"says {settings.account_id}",
            remedy="use credentials of that account, or mend the option",
        )
    if identity.is_root:
        raise UsageError(
            f"these are the credentials of the root user ({identity.arn})",
            remedy="use a role or user that may deploy the stack and nothing else",
        )
