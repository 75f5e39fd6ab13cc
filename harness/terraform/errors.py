"""The error of a failed Terraform command."""

import re
import tomllib
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

from harness.core.errors import HarnessError
from harness.core.redaction import redact
from harness.terraform.aws_error_parsing import AwsError, parse_aws_error
from harness.terraform.events import ChangeSummary, Diagnostic, Event, RawLine

_TAIL_LINES = 20

_REMEDIES = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))["remedy"]


class TerraformError(HarnessError):
    """A Terraform command failed.

    Attributes:
        verb: The command, such as ``apply``.
        diagnostics: Error diagnostics, those with an AWS error first.
        planned: Whether it failed after its plan, so that there may be changes.
    """

    def __init__(
        self,
        message: str,
        *,
        verb: str,
        diagnostics: Sequence[Diagnostic] = (),
        aws_errors: Sequence[AwsError] = (),
        remedy: str = "",
        planned: bool = True,
    ) -> None:
        super().__init__(message, remedy=remedy)
        self.verb = verb
        self.diagnostics = tuple(diagnostics)
        self.aws_errors = tuple(aws_errors)
        self.planned = planned


def is_state_locked(error: TerraformError) -> bool:
    """Whether a command failed because the lock of the state was held."""
    return any(item.summary == "Error acquiring the state lock" for item in error.diagnostics)


def transient_reason(error: TerraformError, transient: Callable[[AwsError], str]) -> str:
    """Return why an error is transient; empty when any of its diagnostics is not."""
    found = [parse_aws_error(_text(item)) for item in error.diagnostics]
    reasons = [transient(each) if each else "" for each in found]
    return "; ".join(dict.fromkeys(reasons)) if all(reasons) else ""


def terraform_error(
    verb: str, events: Iterable[Event], *, stderr: str = "", status: int = 1
) -> TerraformError:
    """Return the error of a command from its events and standard error.

    Args:
        verb: The command, such as ``apply``.
        stderr: Standard error; used if no event is an error diagnostic.
        status: Exit status, negative for a signal; likewise.
    """
    known = list(events)
    errors = [item for item in known if isinstance(item, Diagnostic) and item.severity == "error"]
    # Without mere consequences of others.
    errors = [item for item in errors if item.summary != "execution halted"] or errors
    found = [(item, parse_aws_error(_text(item), address=item.address)) for item in errors]
    found.sort(key=lambda pair: pair[1] is None)
    lines = [_line(*pair) for pair in found] or [_tail(known, stderr, status)]
    return TerraformError(
        f"terraform {verb} failed: " + "\n  also: ".join(dict.fromkeys(lines)),
        verb=verb,
        diagnostics=[diagnostic for diagnostic, _ in found],
        aws_errors=[error for _, error in found if error is not None],
        remedy=remedy_for("\n".join([*map(_text, errors), *lines])),
        planned=any(isinstance(item, ChangeSummary) for item in known),
    )


def _text(diagnostic: Diagnostic) -> str:
    return f"{diagnostic.summary}\n{diagnostic.detail}".strip()


def _line(diagnostic: Diagnostic, aws: AwsError | None) -> str:
    where = diagnostic.address or diagnostic.location
    what = str(aws) if aws else ": ".join(_text(diagnostic).split("\n", 1))
    return f"{where}: {what}" if where else what


def _tail(events: Iterable[Event], stderr: str, status: int) -> str:
    lines = [event.text for event in events if isinstance(event, RawLine)]
    lines += redact(stderr).splitlines()
    printed = [line for line in lines[-_TAIL_LINES:] if line.strip()]
    return "\n".join([f"status {status} without a diagnostic", *printed])


def remedy_for(text: str, table: Sequence[Mapping[str, str]] = _REMEDIES) -> str:
    """Return the text of the first row whose pattern is in a text; empty if none is."""
    return next((row["text"].strip() for row in table if re.search(row["pattern"], text)), "")
