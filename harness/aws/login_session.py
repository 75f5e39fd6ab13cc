"""Sessions of ``aws login``: boto3 can use them, Terraform and its AWS provider cannot.

https://docs.aws.amazon.com/sdkref/latest/guide/feature-login-credentials.html
"""

import boto3
import botocore.session

from harness.core.errors import UsageError


def refuse_login_session(session: boto3.Session) -> None:
    """Refuse credentials that come from ``aws login``; sends no request.

    Raises:
        UsageError: They do; the remedy has the command that exports them.
    """
    method = getattr(session.get_credentials(), "method", "")
    source = _source(session.profile_name)
    if method == "login" or (method == "assume-role" and source):
        raise login_session_error(session.profile_name)


def login_session_error(profile: str) -> UsageError:
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
