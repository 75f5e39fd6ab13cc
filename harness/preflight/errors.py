"""The errors of preflight: unreadable input, or blockers."""

from harness.core.errors import HarnessError, UsageError


class PreflightInputError(UsageError):
    """A file is not Terraform JSON that preflight can read, or has a value of a wrong type."""


class BlockedError(HarnessError):
    """Preflight found blockers; nothing was deployed."""
