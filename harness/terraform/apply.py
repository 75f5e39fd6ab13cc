"""``terraform apply`` and ``terraform output``."""

import json
from collections.abc import Callable, Iterator
from typing import Any

from harness.core.redaction import register_secret
from harness.terraform.command import CHANGING, CommandLine
from harness.terraform.events import Event


def apply(
    command: CommandLine, *, on_event: Callable[[Event], None] | None, timeout: float
) -> dict[str, Any]:
    """Apply the configuration, and return output name -> value.

    Args:
        command: Terraform in the working directory.
        on_event: Called with each event, in a separate thread.
        timeout: Deadline in seconds.

    Raises:
        TerraformError: It failed; what had been created by then is in the state.
        ProcessError: It was cancelled or ran out of time; likewise.
    """
    command.run("apply", *CHANGING, timeout=timeout, on_event=on_event)
    return outputs(command)


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
