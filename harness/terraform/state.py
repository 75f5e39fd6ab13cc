"""The state: its resources and outputs, and the recovery of an unsaved one."""

import json
import logging
from collections.abc import Iterator
from typing import Any

from harness.core.redaction import register_secret
from harness.terraform.command import CommandLine
from harness.terraform.errors import TerraformError

logger = logging.getLogger(__name__)

# Where Terraform writes a state that it cannot store in the backend:
# https://developer.hashicorp.com/terraform/cli/commands/state/push
_UNSAVED = "errored.tfstate"
# They identify a resource in AWS; other attributes are not read, they may be secret.
_IDENTIFIERS = ("id", "arn")


def state_resources(command: CommandLine, *, timeout: float = 60.0) -> tuple[str, ...]:
    """Return the addresses of the managed resources in the state; none before the first apply.

    Raises:
        TerraformError: The state cannot be read.
    """
    try:
        listed = command.run("state list", timeout=timeout).stdout.splitlines()
    except TerraformError as error:
        if "No state file was found" in error.message:
            return ()
        raise
    addresses = (line.strip() for line in listed)
    return tuple(address for address in addresses if address and not _is_data(address))


def state_identifiers(command: CommandLine, *, timeout: float = 60.0) -> frozenset[str]:
    """Return ids and ARNs of all resources in the state; none without a state.

    Raises:
        TerraformError: The state cannot be read.
    """
    return frozenset(
        str(attributes[key])
        for _, attributes in _instances(command, timeout)
        for key in _IDENTIFIERS
        if attributes.get(key)
    )


def state_attributes(
    command: CommandLine, *, timeout: float = 60.0
) -> tuple[tuple[str, dict[str, Any]], ...]:
    """Return type and attributes of every managed resource: its configuration as applied.

    References and defaults are resolved in it. Sensitive attributes are left out.

    Raises:
        TerraformError: The state cannot be read.
    """
    return tuple(_instances(command, timeout))


def _instances(command: CommandLine, timeout: float) -> Iterator[tuple[str, dict[str, Any]]]:
    text = command.run("state pull", timeout=timeout).stdout
    for resource in json.loads(text)["resources"] if text.strip() else ():
        if resource["mode"] != "managed":
            continue
        for instance in resource["instances"]:
            secret = {path[0]["value"] for path in instance.get("sensitive_attributes", ()) if path}
            attributes = instance.get("attributes", {})
            yield resource.get("type", ""), {k: v for k, v in attributes.items() if k not in secret}


def recover_state(command: CommandLine, *, timeout: float = 120.0) -> None:
    """Push the state that an earlier command could not store in the backend, if any.

    Raises:
        TerraformError: The push failed; the file is kept.
    """
    unsaved = command.directory / _UNSAVED
    if unsaved.is_file():
        logger.warning("pushing the unsaved state %s", unsaved)
        command.run("state push", _UNSAVED, timeout=timeout)
        unsaved.unlink()


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


def _is_data(address: str) -> bool:
    return address.startswith("data.") or ".data." in address


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for item in value.values() if isinstance(value, dict) else value:
            yield from _texts(item)
