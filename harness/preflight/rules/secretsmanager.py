"""Rules on secrets; none of them reads a secret's value."""

import re

from harness.preflight.configuration import Resource
from harness.preflight.registry import Problems, resource_rule

_NAME = re.compile(r"[A-Za-z0-9/_+=.@-]{1,512}")
_DEFAULT_WINDOW_DAYS = 30
_WINDOW_DAYS = range(7, 31)


@resource_rule("secretsmanager/secret-name", "aws_secretsmanager_secret")
def secret_name(secret: Resource) -> Problems:
    """A secret name violates the naming rules of Secrets Manager."""
    name = secret.text("name")
    if name is not None and not _NAME.fullmatch(name):
        yield secret.problem(f"{name!r} is not a secret name")


@resource_rule("secretsmanager/invalid-recovery-window", "aws_secretsmanager_secret")
def invalid_recovery_window(secret: Resource) -> Problems:
    """The recovery window is not a number of days that Secrets Manager accepts."""
    days = secret.integer("recovery_window_in_days")
    if days not in (None, 0) and days not in _WINDOW_DAYS:
        yield secret.problem(f"recovery_window_in_days is {days}", days=days)


@resource_rule("secretsmanager/recovery-window", "aws_secretsmanager_secret")
def recovery_window(secret: Resource) -> Problems:
    """The secret remains, and its name in use, for the recovery window after destroy."""
    days = secret.integer("recovery_window_in_days", _DEFAULT_WINDOW_DAYS)
    if days is not None and days > 0:
        yield secret.problem(f"after destroy the secret and its name remain for {days} days")
