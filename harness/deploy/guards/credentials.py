"""Whether the credentials last for a run and its teardown."""

from collections.abc import Callable
from typing import Any

import boto3

from harness.aws.caller_identity import CREDENTIAL_ERRORS
from harness.core.errors import UsageError

# CloudFront takes up to a quarter of an hour to be disabled and deleted, Aurora ten minutes.
TEARDOWN_MINUTES = 30.0
# Ways to get credentials that get new ones by themselves, in boto3 and in Terraform alike:
# https://docs.aws.amazon.com/sdkref/latest/guide/standardized-credentials.html
_RENEWED = frozenset(
    {"assume-role", "assume-role-with-web-identity", "container-role", "iam-role", "login", "sso"}
)


def guard_credentials(
    session: boto3.Session, *, minutes: float, note: Callable[[str], None]
) -> None:
    """Refuse credentials that end before the run and its teardown may have ended.

    Args:
        session: The session that is to deploy.
        minutes: How long the run may take.
        note: Told when nobody can know how long they last.

    Raises:
        UsageError: They end too soon, or cannot be had at all.
    """
    credentials: Any = session.get_credentials()
    wanted = minutes + TEARDOWN_MINUTES
    try:
        frozen = credentials.get_frozen_credentials()
    except CREDENTIAL_ERRORS as error:
        raise UsageError(f"the credentials cannot be renewed: {error}", remedy="log in") from error
    if credentials.method in _RENEWED:
        return
    if not hasattr(credentials, "refresh_needed"):
        if frozen.token:
            note(
                "the credentials are those of a session whose end nobody says "
                f"(AWS_CREDENTIAL_EXPIRATION is not set); the run may need {wanted:g} minutes"
            )
        return
    if credentials.refresh_needed(refresh_in=wanted * 60):
        left = _minutes_left(credentials, wanted)
        raise UsageError(
            f"the credentials end in about {left} minutes; the run may take {minutes:g} and its "
            f"teardown {TEARDOWN_MINUTES:g}",
            remedy="get a longer session, or allow less by --max-duration",
        )


def _minutes_left(credentials: Any, wanted: float) -> int:
    """Return how many whole minutes they last, by the only question that botocore answers."""
    return sum(
        not credentials.refresh_needed(refresh_in=minute * 60)
        for minute in range(1, int(wanted) + 1)
    )
