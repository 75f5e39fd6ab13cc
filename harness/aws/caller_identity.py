"""The caller's identity, and whether it is still in the account that a run began in."""

from collections.abc import Mapping
from dataclasses import dataclass

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from harness.core.errors import UsageError

# botocore raises a bare RuntimeError where refreshed credentials have expired already.
CREDENTIAL_ERRORS = (BotoCoreError, ClientError, RuntimeError)


@dataclass(frozen=True)
class Identity:
    """The caller of AWS: id of the account, and ARN of the user, role session or root user."""

    account: str
    arn: str

    @property
    def is_root(self) -> bool:
        """Whether it is the root user of the account.

        https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html
        """
        return self.arn.endswith(":root")


def caller_identity(session: boto3.Session) -> Identity:
    """Return the caller's identity from STS; no policy is needed for it.

    https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html

    Raises:
        UsageError: There are no credentials, AWS refuses them, or it cannot be reached.
    """
    try:
        identity = session.client("sts").get_caller_identity()
    except CREDENTIAL_ERRORS as error:
        raise UsageError(
            f"AWS does not accept these credentials: {error}",
            remedy="log in (`aws sso login`, AWS_PROFILE, or AWS_ACCESS_KEY_ID and its secret), "
            "and try `aws sts get-caller-identity`",
        ) from error
    return Identity(identity["Account"], identity["Arn"])


def require_same(then: Mapping[str, str], now: Mapping[str, str]) -> None:
    """Refuse another account or endpoint than the run's: it would prove nothing about the run.

    Args:
        then: ``account`` and ``endpoint`` (empty for AWS itself) when the run began.
        now: The same, of this process.

    Raises:
        UsageError: They differ.
    """
    for what, remedy in (
        ("account", "use credentials of that account"),
        ("endpoint", "set AWS_ENDPOINT_URL as it was, or unset it"),
    ):
        if then.get(what, "") != now.get(what, ""):
            raise UsageError(
                f"the run belongs to {what} {then.get(what) or 'of AWS itself'}, this process "
                f"has {now.get(what) or 'the one of AWS itself'}",
                remedy=remedy,
            )
