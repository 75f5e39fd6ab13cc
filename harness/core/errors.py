"""The errors that the harness raises: what failed, what was observed, what to do."""

from unittest import SkipTest


class HarnessError(Exception):
    """Base class of the errors of the harness.

    Args:
        remedy: What the user can do about it; empty for none.

    Attributes:
        exit_code: Exit status of the command line for this error.
    """

    exit_code = 1

    def __init__(self, message: str, *, remedy: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy

    def __str__(self) -> str:
        return f"{self.message}\n  What to do: {self.remedy}" if self.remedy else self.message


class UsageError(HarnessError):
    """An option, setting or file of the user is invalid."""

    exit_code = 2


class ToolNotFoundError(HarnessError):
    """A program or package that the harness needs is not installed."""

    exit_code = 2


class ProcessError(HarnessError):
    """A child process failed, could not be started, or did not end in time.

    Attributes:
        returncode: Exit status; negative for a signal, None when it was not started.
        output: Its last lines of output, redacted.
    """

    def __init__(
        self, message: str, *, returncode: int | None = None, output: str = "", remedy: str = ""
    ) -> None:
        super().__init__(message, remedy=remedy)
        self.returncode = returncode
        self.output = output


class WaitTimeoutError(HarnessError):
    """A condition was not fulfilled before its deadline."""


class EmulatorError(HarnessError):
    """The embedded cloud could not start, or a part of it ended unexpectedly."""


class TargetError(HarnessError):
    """The target cannot be reached or cannot fulfil a request."""


class CheckFailedError(HarnessError):
    """A check observed something other than expected of the deployed stack."""


class NotProvableError(HarnessError, SkipTest):
    """A check cannot run: the target lacks a capability, or a tier is not deployed.

    unittest and pytest skip a test that raises it.
    """

    def __str__(self) -> str:
        return f"not provable: {super().__str__()}"


class DriftError(HarnessError):
    """A plan right after apply still has changes."""


class DurationError(HarnessError):
    """A run exceeded its maximum duration and was ended."""


class LeakError(HarnessError):
    """After destroy, the target still holds resources of the run.

    Attributes:
        leftovers: These resources, one text each; none if they have been swept since.
    """

    def __init__(self, message: str, *, remedy: str = "", leftovers: tuple[str, ...] = ()) -> None:
        super().__init__(message, remedy=remedy)
        self.leftovers = leftovers
