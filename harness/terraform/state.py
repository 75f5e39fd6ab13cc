"""The state: its resources and outputs, and the recovery of an unsaved one."""

import json
import logging
from collections.abc import Iterator
from dataclasses import dataclass
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
_SECONDS = 60.0


@dataclass(frozen=True)
class State:
    """The state of a working directory; what cannot be read or stored is a ``TerraformError``."""

    command: CommandLine

    def resources(self) -> tuple[str, ...]:
        """Return the addresses of the managed resources; none before the first apply."""
        try:
            listed = self.command.run("state list", timeout=_SECONDS).stdout.splitlines()
        except TerraformError as error:
            if "No state file was found" in error.message:
                return ()
            raise
        addresses = filter(None, map(str.strip, listed))
        return tuple(each for each in addresses if ".data." not in f".{each}")

    def identifiers(self) -> frozenset[str]:
        """Return ids and ARNs of the managed resources; none without a state."""
        found = (attributes.get(key) for _, attributes in self.attributes() for key in _IDENTIFIERS)
        return frozenset(map(str, filter(None, found)))

    def attributes(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """Yield type and attributes of every managed resource: its configuration as applied.

        References and defaults are resolved in it. Sensitive attributes are left out.
        """
        text = self.command.run("state pull", timeout=_SECONDS).stdout
        for resource in json.loads(text)["resources"] if text.strip() else ():
            for instance in resource["instances"] if resource["mode"] == "managed" else ():
                marks = instance.get("sensitive_attributes", ())
                secret = {path[0]["value"] for path in marks if path}
                values = instance.get("attributes", {}).items()
                yield resource.get("type", ""), {k: v for k, v in values if k not in secret}

    def recover(self) -> None:
        """Push the state that an earlier command could not store in the backend, if any.

        The file is kept when that fails.
        """
        unsaved = self.command.directory / _UNSAVED
        if unsaved.is_file():
            logger.warning("pushing the unsaved state %s", unsaved)
            self.command.run("state push", _UNSAVED, timeout=2 * _SECONDS)
            unsaved.unlink()

    def outputs(self) -> dict[str, Any]:
        """Return output name -> value, and register the sensitive values for redaction."""
        declared = json.loads(self.command.run("output", "-json", timeout=_SECONDS).stdout)
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
