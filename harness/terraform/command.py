"""Runs one Terraform command in a working directory and collects its events."""

import os
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from harness.core import process
from harness.core.errors import ProcessError
from harness.core.process import ProcessCancelledError
from harness.terraform.binary import Terraform
from harness.terraform.errors import terraform_error
from harness.terraform.events import Event, resource_timings
from harness.terraform.parsing import parse_line

# Time for the provider calls under way to end and for the state to be written. The longest
# uninterruptible ones are single API calls with the SDK's own retries.
GRACE_SECONDS = 180.0
# Variables of the user's that would change what a command does or prints.
_DISTURBING = ("TF_CLI_ARGS", "TF_DATA_DIR", "TF_WORKSPACE", "TF_LOG_PATH", "TF_VAR_")


@dataclass(frozen=True)
class Outcome:
    """A command that ended with an accepted status.

    Attributes:
        returncode: Exit status.
        events: What it printed, line by line.
        stdout: The same as text; not redacted.
        seconds: How long it took.
    """

    returncode: int
    events: tuple[Event, ...]
    stdout: str
    seconds: float


@dataclass(frozen=True)
class CommandLine:
    """Terraform, bound to a working directory and an environment.

    Attributes:
        terraform: What to run.
        directory: Working directory.
        environment: The child's whole environment.
        cancel: Set by another thread to end the command that is under way.
    """

    terraform: Terraform
    directory: Path
    environment: Mapping[str, str] = field(repr=False)
    cancel: threading.Event | None = None

    def run(
        self,
        verb: str,
        *arguments: str,
        timeout: float,
        accept: tuple[int, ...] = (0,),
        on_event: Callable[[Event], None] | None = None,
    ) -> Outcome:
        """Run ``terraform VERB ARGUMENTS`` to its end.

        Args:
            verb: Subcommand; ``state list`` in one word with a blank.
            arguments: Its options.
            timeout: Deadline in seconds.
            accept: Exit statuses that are no failure.
            on_event: Called with each event as it comes, in a thread of its own.

        Raises:
            TerraformError: It ended with another status.
            ProcessError: It could not be started, was cancelled or ran out of time.
        """
        events: list[Event] = []

        def take(line: str) -> None:
            events.append(parse_line(line))
            if on_event is not None:
                on_event(events[-1])

        started = time.monotonic()
        try:
            done = process.run(
                [*self.terraform.command, *verb.split(), *arguments],
                cwd=self.directory,
                env=self.environment,
                timeout=timeout,
                grace=GRACE_SECONDS,
                on_line=take,
                accept=None,
                cancel=self.cancel,
                guarded=True,
            )
        except ProcessError as error:
            if error.returncode is None:
                raise
            raise _stopped(verb, error, events, timeout) from None
        if done.returncode not in accept:
            raise terraform_error(verb, events, stderr=done.stderr, status=done.returncode)
        return Outcome(done.returncode, tuple(events), done.stdout, time.monotonic() - started)


def _stopped(
    verb: str, error: ProcessError, events: Sequence[Event], timeout: float
) -> ProcessError:
    """Say what was under way when a command was stopped, in place of its last lines of JSON."""
    cancelled = isinstance(error, ProcessCancelledError)
    reason = "was cancelled" if cancelled else f"did not end within {timeout:g} s"
    under_way = [
        f"{timing.address} ({timing.action}, {timing.seconds:.0f} s)"
        for timing in resource_timings(events)
        if timing.failed
    ]
    return type(error)(
        f"terraform {verb} {reason} and was stopped"
        + (f" during: {', '.join(under_way)}" if under_way else ""),
        command=error.command,
        returncode=error.returncode,
        output=error.output,
    )


def child_environment(
    extra: Mapping[str, str],
    cli_config: Path | None,
    environ: Mapping[str, str] = os.environ,
) -> dict[str, str]:
    """Return the environment for Terraform: the user's, without what would disturb it.

    Args:
        extra: The target's variables. When there are AWS ones among them, none of the user's
            AWS variables is passed on: an emulator must not see a profile, a real account no
            endpoint of an emulator.
        cli_config: Terraform's CLI configuration; None leaves the user's own.
        environ: The user's environment.
    """
    unwanted = _DISTURBING + (("AWS_",) if any(name.startswith("AWS_") for name in extra) else ())
    kept = {name: value for name, value in environ.items() if not name.startswith(unwanted)}
    own = {"CHECKPOINT_DISABLE": "1", "TF_IN_AUTOMATION": "1", "TF_INPUT": "0"}
    if cli_config is not None:
        own["TF_CLI_CONFIG_FILE"] = str(cli_config)
    return {**kept, **own, **extra}
