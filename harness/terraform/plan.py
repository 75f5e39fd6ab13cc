"""``terraform plan``: the differences between the configuration and the deployed resources."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from harness.terraform.attributes import AttributeChange, changed_attributes
from harness.terraform.command import CommandLine

_PLAN_FILE = "harness.tfplan"
_CHANGES = 2


@dataclass(frozen=True)
class ResourceChange:
    """The planned change of one resource.

    Attributes:
        actions: ``("create",)``, ``("update",)``, ``("delete", "create")``, ...
        attributes: Attributes that differ; sensitive values are masked.
    """

    address: str
    actions: tuple[str, ...]
    attributes: tuple[AttributeChange, ...] = ()

    def __str__(self) -> str:
        names = ", ".join(map(str, self.attributes))
        return f"{self.address}: {'/'.join(self.actions)}" + (f" ({names})" if names else "")


@dataclass(frozen=True)
class Plan:
    """The changes that applying would make, to resources and outputs (names); empty for none."""

    resource_changes: tuple[ResourceChange, ...] = ()
    output_changes: tuple[str, ...] = ()


def plan(command: CommandLine, *, refresh: bool, timeout: float) -> Plan:
    """Implement ``WorkingDirectory.plan``; details are read (3 s) only if there are changes."""
    arguments = ("-input=false", "-json", "-detailed-exitcode", "-lock=false", f"-out={_PLAN_FILE}")
    outcome = command.run(
        "plan",
        *arguments,
        f"-refresh={str(refresh).lower()}",
        timeout=timeout,
        accept=(0, _CHANGES),
    )
    try:
        if outcome.returncode != _CHANGES:
            return Plan()
        shown = command.run("show", "-json", _PLAN_FILE, timeout=timeout)
    finally:
        # It contains all values in clear text, sensitive ones too.
        (command.directory / _PLAN_FILE).unlink(missing_ok=True)
    details = json.loads(shown.stdout)
    return Plan(
        resource_changes=tuple(_resource_changes(details)),
        output_changes=tuple(_output_changes(details)),
    )


def _resource_changes(details: Mapping[str, Any]) -> list[ResourceChange]:
    return [
        ResourceChange(
            address=item["address"],
            actions=tuple(item["change"]["actions"]),
            attributes=changed_attributes(item["change"]),
        )
        for item in details.get("resource_changes", [])
        if item["change"]["actions"] != ["no-op"]
    ]


def _output_changes(details: Mapping[str, Any]) -> list[str]:
    changes: Mapping[str, Any] = details.get("output_changes", {})
    return [name for name, change in changes.items() if change["actions"] != ["no-op"]]
