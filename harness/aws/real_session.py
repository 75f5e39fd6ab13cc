"""AWS sessions with the user's configuration: profile, single sign-on, environment."""

from urllib.parse import urlsplit

import boto3
import botocore.config
import botocore.session
from botocore.exceptions import BotoCoreError, MissingDependencyException

from harness.core.errors import UsageError

_CONFIG = botocore.config.Config(
    connect_timeout=10, read_timeout=60, retries={"mode": "standard", "max_attempts": 5}
)
# A bucket of an emulator has no host name.
_EMULATED = botocore.config.Config(s3={"addressing_style": "path"})
_REAL = (".amazonaws.com", ".amazonaws.com.cn", ".api.aws")


def aws_session(region: str) -> boto3.Session:
    """Return a session with the user's configuration and credentials.

    Raises:
        UsageError: The user's AWS configuration cannot be used.
    """
    core = botocore.session.Session()
    core.set_default_client_config(_CONFIG)
    try:
        session = boto3.Session(botocore_session=core, region_name=region)
        if emulator_behind(session):
            core.set_default_client_config(_CONFIG.merge(_EMULATED))
    except MissingDependencyException as error:  # raised for sessions of `aws login` only
        raise _login_session_error(core.profile or "default") from error
    except BotoCoreError as error:
        raise UsageError(
            f"the AWS configuration cannot be used: {error}",
            remedy="see AWS_PROFILE and the files that `aws configure list` names",
        ) from error
    return session


def emulator_behind(session: boto3.Session) -> str | None:
    """Return the endpoint that the user's configuration sets; None for that of AWS.

    ``AWS_ENDPOINT_URL``, ``AWS_ENDPOINT_URL_STS`` or ``endpoint_url`` of a profile set one:
    https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html
    """
    endpoint = session.client("sts").meta.endpoint_url
    host = urlsplit(endpoint).hostname or ""
    return None if host.endswith(_REAL) else endpoint.rstrip("/")


def refuse_login_session(session: boto3.Session) -> None:
    """Refuse credentials that come from ``aws login``, which Terraform cannot use; no request.

    https://docs.aws.amazon.com/sdkref/latest/guide/feature-login-credentials.html

    Raises:
        UsageError: They do; the remedy has the command that exports them.
    """
    method = getattr(session.get_credentials(), "method", "")
    source = _source(session.profile_name)
    if method == "login" or (method == "assume-role" and source):
        raise _login_session_error(session.profile_name)


def _login_session_error(profile: str) -> UsageError:
    """Return the error about a profile with a session of ``aws login``."""
    source = _source(profile) or profile
    option = f" --profile {source}" if source != "default" else ""
    return UsageError(
        f"the credentials of profile {source} are a session of `aws login`, which Terraform and "
        "its AWS provider do not understand",
        remedy='export them, and unset AWS_PROFILE: eval "$(aws configure export-credentials'
        f'{option} --format env)"; they expire with the session',
    )


def _source(profile: str) -> str:
    """Return the profile with the session, perhaps that of an assumed role; empty for none."""
    profiles = dict(botocore.session.Session().full_config["profiles"])
    while section := profiles.pop(profile, None):
        if "login_session" in section:
            return profile
        profile = section.get("source_profile", "")
    return ""
