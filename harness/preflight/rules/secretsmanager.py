"""Rules on secrets; none of them reads a secret's value."""

import re

from harness.preflight.configuration import Resource
from harness.preflight.finding import Family
from harness.preflight.registry import Problems, resource_rule

_NAME = re.compile(r"[A-Za-z0-9/_+=.@-]{1,512}")
_API = "secretsmanager/latest/apireference"
_DEFAULT_WINDOW_DAYS = 30
_WINDOW_DAYS = range(7, 31)


@resource_rule(
    "secretsmanager/secret-name",
    "aws_secretsmanager_secret",
    errors=(
        'Error: only alphanumeric characters and /_+=.@- special characters are allowed in "name"',
        "ValidationException: Invalid name. Must be a valid name containing alphanumeric "
        "characters, or any of the following: -/_+=.@!",
    ),
    remedy="Use 1 to 512 letters, digits and / _ + = . @ -.",
    documentation=f"{_API}/API_CreateSecret.html",
)
def secret_name(secret: Resource) -> Problems:
    """A secret name violates the naming rules of Secrets Manager."""
    name = secret.text("name")
    if name is not None and not _NAME.fullmatch(name):
        yield secret.problem(f"{name!r} is not a secret name")


@resource_rule(
    "secretsmanager/invalid-recovery-window",
    "aws_secretsmanager_secret",
    errors=(
        "Error: expected recovery_window_in_days to be in the range (7 - 30), got {days}",
        "Error: expected recovery_window_in_days to be one of [0], got {days}",
        "InvalidParameterException: RecoveryWindowInDays value must be between 7 and 30 days "
        "(inclusive).",
    ),
    remedy="Use 0 (immediate deletion, for disposable environments) or 7 to 30.",
    documentation=f"{_API}/API_DeleteSecret.html",
)
def invalid_recovery_window(secret: Resource) -> Problems:
    """The recovery window is not a number of days that Secrets Manager accepts."""
    days = secret.integer("recovery_window_in_days")
    if days not in (None, 0) and days not in _WINDOW_DAYS:
        yield secret.problem(f"recovery_window_in_days is {days}", days=days)


@resource_rule(
    "secretsmanager/recovery-window",
    "aws_secretsmanager_secret",
    family=Family.TEARDOWN,
    errors="InvalidRequestException: You can't create this secret because a secret with this name "
    "is already scheduled for deletion.",
    remedy="Set recovery_window_in_days = 0 in a disposable environment.",
    documentation=f"{_API}/API_DeleteSecret.html",
)
def recovery_window(secret: Resource) -> Problems:
    """The secret remains, and its name in use, for the recovery window after destroy."""
    days = secret.integer("recovery_window_in_days", _DEFAULT_WINDOW_DAYS)
    if days is not None and days > 0:
        yield secret.problem(f"after destroy the secret and its name remain for {days} days")
