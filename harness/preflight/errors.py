"""The one error of preflight: what it was given cannot be read."""

from harness.errors import UsageError

__all__ = ["PreflightInputError"]


class PreflightInputError(UsageError):
    """A file is not Terraform JSON that preflight can read, or says something of a wrong type."""
