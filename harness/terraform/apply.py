"""``terraform apply``: plans and applies in one command."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from harness.core.redaction import register_secret
from harness.terraform.command import CommandLine
from harness.terraform.events import ChangeSummary, Event, ResourceTiming, resource_timings


def outputs(command: CommandLine, *, timeout: float = 60.0) -> dict[str, Any]:
    """Return output name -> value; from here on the sensitive ones are masked everywhere.

    Raises:
        TerraformError: The state cannot be read.
    """
    declared = json.loads(command.run("output", "-json", timeout=timeout).stdout)
    for output in declared.values():
        if output["sensitive"]:
            for text in _texts(output["value"]):
                register_secret(text)
    return {name: output["value"] for name, output in declared.items()}


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for item in value.values() if isinstance(value, dict) else value:
            yield from _texts(item)


@dataclass(frozen=True)
class ApplyResult:
    """What an apply did.

    Attributes:
        outputs: Output name -> value, sensitive ones included.
        timings: How long each changed resource took.
        added: Resources created.
        changed: Resources updated in place.
        removed: Resources deleted.
        seconds: How long the command took.
    """

    outputs: dict[str, Any] = field(repr=False)
    timings: tuple[ResourceTiming, ...]
    added: int
    changed: int
    removed: int
    seconds: float


def apply(
    command: CommandLine,
    *,
    on_event: Callable[[Event], None] | None,
    parallelism: int,
    timeout: float,
) -> ApplyResult:
    """Apply the configuration.

    Args:
        command: Terraform in the working directory.
        on_event: Called with each event as it comes, in a thread of its own.
        parallelism: How many resources Terraform works on at once.
        timeout: Deadline in seconds.

    Raises:
        TerraformError: It failed; the state holds what had been made by then.
        ProcessError: It was cancelled or ran out of time; likewise.
    """
    outcome = command.run(
        "apply",
        "-input=false",
        "-json",
        "-auto-approve",
        "-lock-timeout=60s",
        f"-parallelism={parallelism}",
        timeout=timeout,
        on_event=on_event,
    )
    counts = next(
        (
            event
            for event in outcome.events
            if isinstance(event, ChangeSummary) and event.operation == "apply"
        ),
        ChangeSummary("apply", 0, 0, 0),
    )
    return ApplyResult(
        outputs=outputs(command),
        timings=resource_timings(outcome.events),
        added=counts.add,
        changed=counts.change,
        removed=counts.remove,
        seconds=outcome.seconds,
    )
