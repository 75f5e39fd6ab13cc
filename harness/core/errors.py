"""The errors that the harness raises: each says what failed, what was seen, what to do."""


class HarnessError(Exception):
    """Base of every error that the harness raises on purpose.

    Args:
        message: What failed and what was seen.
        remedy: What the user can do about it; empty when there is nothing to add.

    Attributes:
        exit_code: Exit status of the command line when this error ends it.
    """

    exit_code = 1

    def __init__(self, message: str, *, remedy: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy

    def __str__(self) -> str:
        return f"{self.message}\n  What to do: {self.remedy}" if self.remedy else self.message


class UsageError(HarnessError):
    """Something that the user gave (option, setting, file) cannot be used."""

    exit_code = 2


class ToolNotFoundError(HarnessError):
    """A program or package that the harness needs is not installed."""

    exit_code = 2


class ProcessError(HarnessError):
    """A child process ended with a failure, or could not be started or stopped.

    Attributes:
        command: The command that ran.
        returncode: Its exit status; negative for a signal, None when it never ran.
        output: What it printed last, redacted.
    """

    def __init__(
        self,
        message: str,
        *,
        command: tuple[str, ...] = (),
        returncode: int | None = None,
        output: str = "",
        remedy: str = "",
    ) -> None:
        super().__init__(message, remedy=remedy)
        self.command = command
        self.returncode = returncode
        self.output = output


class WaitTimeoutError(HarnessError):
    """A named condition did not come true before its deadline."""


class WaitFailedError(HarnessError):
    """What was waited for reached a state from which it cannot come true."""


class EmulatorError(HarnessError):
    """The embedded cloud could not start, or a part of it ended unexpectedly."""


class TargetError(HarnessError):
    """The target cannot be reached or cannot do what was asked of it."""


class CheckFailedError(HarnessError):
    """A check looked at the deployed stack and saw something other than promised."""


class NotProvableError(HarnessError):
    """A check cannot be made here: the target lacks a capability, or a tier is not deployed."""


class DriftError(HarnessError):
    """A plan right after apply still wants to change something."""


class DurationError(HarnessError):
    """A run took longer than it may, and was ended."""


class LeakError(HarnessError):
    """After destroy, the target still holds resources of the run."""
