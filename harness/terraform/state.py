"""``terraform state``: what the state holds."""

from harness.terraform.command import CommandLine
from harness.terraform.errors import TerraformError

__all__ = ["state_resources"]


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


def _is_data(address: str) -> bool:
    return address.startswith("data.") or ".data." in address
