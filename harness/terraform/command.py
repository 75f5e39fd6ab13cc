"""Runs one Terraform command in a working directory and collects its events."""

import os
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from subprocess import CompletedProcess

from harness.core import process
from harness.core.errors import ProcessError
from harness.core.process import ProcessCancelledError
from harness.core.redaction import redact
from harness.terraform.binary import EXCLUDED, Terraform
from harness.terraform.configuration import has_one_aws_provider, has_readable_state
from harness.terraform.errors import terraform_error
from harness.terraform.events import Event, parse_line, unfinished_operations
from harness.terraform.provider_clock.installation import with_shared_provider

# Time for the provider calls under way to end and for the state to be written. The longest
# uninterruptible ones are single API calls with the SDK's own retries.
GRACE_SECONDS = 180.0
# Options of every command that changes resources.
CHANGING = ("-input=false", "-json", "-auto-approve", "-lock-timeout=60s", "-parallelism=30")
# The events of the commands that plan or change, redacted; a file in the working directory.
EVENTS = "harness-events.jsonl"
_LOGGED = ("plan", "apply", "destroy")
# Their Go garbage collector would otherwise take a fifth of the CPU time of Terraform and the
# provider; above the limit it runs as often as necessary. https://go.dev/doc/gc-guide
_GARBAGE_COLLECTOR = {"GOGC": "400", "GOMEMLIMIT": "1GiB"}


@dataclass(frozen=True)
class CommandLine:
    """Terraform, bound to a working directory and an environment.

    Attributes:
        environment: The whole environment of the process.
        cancel: Set by another thread to stop the running command.
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
    ) -> CompletedProcess[str]:
        """Run ``terraform VERB ARGUMENTS`` to its end; what it printed is not redacted.

        Args:
            verb: Subcommand, such as ``apply`` or ``state list``.
            timeout: Deadline in seconds.
            on_event: Called with each event, in a separate thread.

        Raises:
            TerraformError: It ended with another status.
            ProcessError: It could not be started, was cancelled or ran out of time.
        """
        events: list[Event] = []

        def collect(line: str) -> None:
            events.append(parse_line(line))
            if verb in _LOGGED:
                log = self.directory / EVENTS
                with suppress(OSError), log.open("a", encoding="utf-8") as opened:
                    opened.write(f"{redact(line)}\n")
            if on_event is not None:
                on_event(events[-1])

        try:
            done = process.run(
                self._command(verb, arguments),
                cwd=self.directory,
                env=self.environment,
                timeout=timeout,
                grace=GRACE_SECONDS,
                on_line=collect,
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
        return done

    def _command(self, verb: str, arguments: Sequence[str]) -> Sequence[str]:
        command = (*self.terraform.command, *verb.split(), *arguments)
        if verb in _LOGGED and has_one_aws_provider(self.directory):
            relay = has_readable_state(self.directory, self.environment)
            return with_shared_provider(command, self.directory, relay=relay)
        return command


def _stopped(
    verb: str, error: ProcessError, events: Sequence[Event], timeout: float
) -> ProcessError:
    """Replace the last lines of JSON in the message by the operations under way."""
    cancelled = isinstance(error, ProcessCancelledError)
    reason = "was cancelled" if cancelled else f"did not end within {timeout:g} s"
    under_way = [
        f"{event.address} ({event.action}, {seconds:.0f} s)"
        for event, seconds in unfinished_operations(events)
    ]
    return type(error)(
        f"terraform {verb} {reason} and was stopped"
        + (f" during: {', '.join(under_way)}" if under_way else ""),
        returncode=error.returncode,
        output=error.output,
    )


def child_environment(
    extra: Mapping[str, str], cli_config: Path | None, environ: Mapping[str, str] = os.environ
) -> dict[str, str]:
    """Return the environment for Terraform: the user's, without variables that alter commands.

    Args:
        extra: The target's variables. If any of them is an AWS variable, none of the user's
            AWS variables is inherited: an emulator must not get a profile, nor a real account
            the endpoint of an emulator.
        cli_config: Terraform's CLI configuration; None for the user's own.
    """
    excluded = EXCLUDED + (("AWS_",) if any(name.startswith("AWS_") for name in extra) else ())
    kept = {name: value for name, value in environ.items() if not name.startswith(excluded)}
    own = {"CHECKPOINT_DISABLE": "1", "TF_IN_AUTOMATION": "1", "TF_INPUT": "0"}
    if cli_config is not None:
        own["TF_CLI_CONFIG_FILE"] = str(cli_config)
    return {**_GARBAGE_COLLECTOR, **kept, **own, **extra}
