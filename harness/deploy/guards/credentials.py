"""Credentials must be valid until the end of a run and its teardown."""

from collections.abc import Callable
from typing import Any

import boto3

from harness.aws.caller_identity import CREDENTIAL_ERRORS
from harness.core.errors import UsageError

# Disabling and deleting CloudFront takes up to 15 minutes, deleting Aurora ten.
TEARDOWN_MINUTES = 30.0
# Credential providers that renew credentials automatically, in boto3 and in Terraform:
# https://docs.aws.amazon.com/sdkref/latest/guide/standardized-credentials.html
_RENEWED = frozenset(
    {"assume-role", "assume-role-with-web-identity", "container-role", "iam-role", "login", "sso"}
)


def guard_credentials(
    session: boto3.Session, *, minutes: float, note: Callable[[str], None]
) -> None:
    """Refuse credentials that may expire too early; warn with ``note`` if that is unknown.

    Raises:
        UsageError: They expire too early, or cannot be loaded.
    """
    credentials: Any = session.get_credentials()
    required = minutes + TEARDOWN_MINUTES
    try:
        frozen = credentials.get_frozen_credentials()
    except CREDENTIAL_ERRORS as error:
        raise UsageError(f"the credentials cannot be renewed: {error}", remedy="log in") from error
    if credentials.method in _RENEWED:
        return
    if not hasattr(credentials, "refresh_needed"):
        if frozen.token:
            note(
                "the expiration of the session credentials is unknown "
                f"(AWS_CREDENTIAL_EXPIRATION is not set); the run may take {required:g} minutes"
            )
        return
    if credentials.refresh_needed(refresh_in=required * 60):
        left = _minutes_left(credentials, required)
        raise UsageError(
            f"the credentials expire in about {left} minutes; the run may take {minutes:g} and its "
            f"teardown {TEARDOWN_MINUTES:g}",
            remedy="use a longer session, or lower --max-duration",
        )


def _minutes_left(credentials: Any, required: float) -> int:
    """Return the whole minutes until expiration; botocore offers only ``refresh_needed``."""
    return sum(
        not credentials.refresh_needed(refresh_in=minute * 60)
        for minute in range(1, int(required) + 1)
    )
