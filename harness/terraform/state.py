"""``terraform state``: what the state holds, and a state that could not be saved."""

import json
import logging

from harness.terraform.command import CommandLine
from harness.terraform.errors import TerraformError

logger = logging.getLogger(__name__)

# Where Terraform leaves a state that the backend did not take:
# https://developer.hashicorp.com/terraform/cli/commands/state/push
_UNSAVED = "errored.tfstate"
# What a resource is found by in AWS; other attributes may be secret, and stay where they are.
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
    """Return ids and ARNs of everything that the state holds; nothing without a state.

    Raises:
        TerraformError: The state cannot be read.
    """
    text = command.run("state pull", timeout=timeout).stdout
    resources = json.loads(text)["resources"] if text.strip() else []
    return frozenset(
        str(instance["attributes"][key])
        for resource in resources
        if resource["mode"] == "managed"
        for instance in resource["instances"]
        for key in _IDENTIFIERS
        if instance.get("attributes", {}).get(key)
    )


def recover_state(command: CommandLine, *, timeout: float = 120.0) -> None:
    """Give the backend the state that an earlier command could not save, if there is one.

    Raises:
        TerraformError: The backend does not take it; the file stays.
    """
    unsaved = command.directory / _UNSAVED
    if unsaved.is_file():
        logger.warning("putting back the state that %s holds", unsaved)
        command.run("state push", _UNSAVED, timeout=timeout)
        unsaved.unlink()


def _is_data(address: str) -> bool:
    return address.startswith("data.") or ".data." in address
