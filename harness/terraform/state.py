"""The state: its resources and outputs, and the recovery of an unsaved one."""

import json
import logging
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from harness.core.redaction import register_secret
from harness.terraform.command import CommandLine
from harness.terraform.configuration import STATE, has_readable_state

logger = logging.getLogger(__name__)

# Where Terraform writes a state that it cannot store in the backend:
# https://developer.hashicorp.com/terraform/cli/commands/state/push
_UNSAVED = "errored.tfstate"
# They identify a resource in AWS; other attributes are not read, they may be secret.
_IDENTIFIERS = ("id", "arn")
_SECONDS = 60.0
_VERSION = 4


@dataclass(frozen=True)
class State:
    """The state of a working directory, read once; what cannot be read is a ``TerraformError``.

    Sensitive outputs are registered for redaction when it is read.
    """

    command: CommandLine

    @cached_property
    def _content(self) -> dict[str, Any]:
        """The state in Terraform's format of version 4; empty before the first apply."""
        content = self._read()
        for output in content.get("outputs", {}).values():
            for secret in _texts(output["value"]) if output.get("sensitive") else ():
                register_secret(secret)
        return content

    def _read(self) -> dict[str, Any]:
        """Read the state from its file where it is plain text, otherwise through Terraform."""
        directory = self.command.directory
        content: Any = {}
        if has_readable_state(directory, self.command.environment):
            with suppress(OSError, ValueError):  # none, or damaged: Terraform says what is wrong
                content = json.loads((directory / STATE).read_text("utf-8"))
        if isinstance(content, dict) and content.get("version") == _VERSION:
            return content
        text = self.command.run("state pull", timeout=_SECONDS).stdout
        found: dict[str, Any] = json.loads(text) if text.strip() else {}
        return found

    def _instances(self) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
        """Yield resource and instance of every managed resource."""
        for resource in self._content.get("resources", ()):
            if resource["mode"] == "managed":
                yield from ((resource, instance) for instance in resource["instances"])

    def resources(self) -> tuple[str, ...]:
        """Return the addresses of the managed resources; none before the first apply."""
        return tuple(dict.fromkeys(_address(*each) for each in self._instances()))

    def identifiers(self) -> frozenset[str]:
        """Return ids and ARNs of the managed resources; none without a state."""
        found = (attributes.get(key) for _, attributes in self.attributes() for key in _IDENTIFIERS)
        return frozenset(map(str, filter(None, found)))

    def attributes(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """Yield type and attributes of every managed resource: its configuration as applied.

        References and defaults are resolved in it. Sensitive attributes are left out.
        """
        for resource, instance in self._instances():
            marks = instance.get("sensitive_attributes", ())
            secret = {path[0]["value"] for path in marks if path}
            values = instance.get("attributes", {}).items()
            yield resource["type"], {k: v for k, v in values if k not in secret}

    def outputs(self) -> dict[str, Any]:
        """Return output name -> value."""
        return {name: output["value"] for name, output in self._content.get("outputs", {}).items()}

    def recover(self) -> None:
        """Push the state that an earlier command could not store in the backend, if any.

        The file is kept when that fails.
        """
        unsaved = self.command.directory / _UNSAVED
        if unsaved.is_file():
            logger.warning("pushing the unsaved state %s", unsaved)
            self.command.run("state push", _UNSAVED, timeout=2 * _SECONDS)
            unsaved.unlink()


def _address(resource: Mapping[str, Any], instance: Mapping[str, Any]) -> str:
    """Return the address of an instance, as ``terraform state list`` does."""
    module = f"{resource['module']}." if resource.get("module") else ""
    key = instance.get("index_key")
    index = "" if key is None else f"[{json.dumps(key, ensure_ascii=False)}]"
    return f"{module}{resource['type']}.{resource['name']}{index}"


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for item in value.values() if isinstance(value, dict) else value:
            yield from _texts(item)
