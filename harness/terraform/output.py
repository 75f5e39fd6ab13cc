"""``terraform output``: the values that a deployed stack declares."""

import json
from collections.abc import Iterator
from typing import Any

from harness.redaction import register_secret
from harness.terraform.command import CommandLine

__all__ = ["outputs"]


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
