"""``terraform apply`` and ``terraform output``."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from harness.core.redaction import register_secret
from harness.terraform.command import CommandLine
from harness.terraform.events import ChangeSummary, Event


@dataclass(frozen=True)
class ApplyResult:
    """The outputs of an apply and its summary.

    Attributes:
        outputs: Output name -> value, sensitive ones included.
        added: Number of resources created.
        changed: Number of resources updated in place.
        destroyed: Number of resources destroyed.
    """

    outputs: dict[str, Any] = field(repr=False)
    added: int
    changed: int
    destroyed: int


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
        on_event: Called with each event, in a separate thread.
        parallelism: Number of concurrent operations.
        timeout: Deadline in seconds.

    Raises:
        TerraformError: It failed; what had been created by then is in the state.
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
    summary = ChangeSummary("apply", 0, 0, 0)
    for event in outcome.events:
        if isinstance(event, ChangeSummary) and event.operation == "apply":
            summary = event
    return ApplyResult(outputs(command), summary.add, summary.change, summary.remove)


def outputs(command: CommandLine, *, timeout: float = 60.0) -> dict[str, Any]:
    """Return output name -> value, and register the sensitive values for redaction.

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
