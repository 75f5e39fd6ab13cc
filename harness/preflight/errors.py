"""The errors of preflight: it cannot read its input, or it stops a run."""

from harness.core.errors import HarnessError, UsageError


class PreflightInputError(UsageError):
    """A file is not Terraform JSON that preflight can read, or says something of a wrong type."""


class BlockedError(HarnessError):
    """Preflight found what would make the deployment fail; nothing was deployed."""
