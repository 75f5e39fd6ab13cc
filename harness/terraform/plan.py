"""``terraform plan``: whether, and in what, the configuration differs from what is deployed."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from harness.terraform.attributes import AttributeChange, changed_attributes
from harness.terraform.command import CommandLine
from harness.terraform.events import ResourceDrift

_PLAN_FILE = "harness.tfplan"
_CHANGES = 2


@dataclass(frozen=True)
class ResourceChange:
    """What a plan wants to do to one resource.

    Attributes:
        address: Resource address.
        actions: ``("create",)``, ``("update",)``, ``("delete", "create")``, ...
        attributes: What differs; values of sensitive attributes are masked.
        reason: Terraform's reason for a replacement or deletion; empty for none.
    """

    address: str
    actions: tuple[str, ...]
    attributes: tuple[AttributeChange, ...] = ()
    reason: str = ""

    def __str__(self) -> str:
        names = ", ".join(map(str, self.attributes))
        return f"{self.address}: {'/'.join(self.actions)}" + (f" ({names})" if names else "")


@dataclass(frozen=True)
class Plan:
    """What a plan found.

    Attributes:
        has_changes: Whether applying would change a resource or an output.
        changes: Resources that would change.
        outputs: Names of outputs that would change.
        drifted: Addresses of resources that differ from the state, whether or not anything
            would be done about it: the provider's own defaults among them.
        seconds: How long it took.
    """

    has_changes: bool
    changes: tuple[ResourceChange, ...] = ()
    outputs: tuple[str, ...] = ()
    drifted: tuple[str, ...] = ()
    seconds: float = 0.0


def plan(command: CommandLine, *, refresh: bool, timeout: float) -> Plan:
    """Make a plan; its details are read (another 3 s) only when it holds a change.

    Args:
        command: Terraform in the working directory.
        refresh: Whether the target is asked for the present state of each resource.
        timeout: Deadline in seconds.

    Raises:
        TerraformError: A command failed.
    """
    arguments = ("-input=false", "-json", "-detailed-exitcode", "-lock=false", f"-out={_PLAN_FILE}")
    outcome = command.run(
        "plan",
        *arguments,
        f"-refresh={str(refresh).lower()}",
        timeout=timeout,
        accept=(0, _CHANGES),
    )
    drifted = tuple(item.address for item in outcome.events if isinstance(item, ResourceDrift))
    try:
        if outcome.returncode != _CHANGES:
            return Plan(has_changes=False, drifted=drifted, seconds=outcome.seconds)
        shown = command.run("show", "-json", _PLAN_FILE, timeout=timeout)
    finally:
        # It holds every value in the clear, sensitive ones too.
        (command.directory / _PLAN_FILE).unlink(missing_ok=True)
    details = json.loads(shown.stdout)
    return Plan(
        has_changes=True,
        changes=tuple(_resource_changes(details)),
        outputs=tuple(_output_changes(details)),
        drifted=drifted,
        seconds=outcome.seconds + shown.seconds,
    )


def _resource_changes(details: Mapping[str, Any]) -> list[ResourceChange]:
    return [
        ResourceChange(
            address=item["address"],
            actions=tuple(item["change"]["actions"]),
            attributes=changed_attributes(item["change"]),
            reason=item.get("action_reason", ""),
        )
        for item in details.get("resource_changes", [])
        if item["change"]["actions"] != ["no-op"]
    ]


def _output_changes(details: Mapping[str, Any]) -> list[str]:
    changes: Mapping[str, Any] = details.get("output_changes", {})
    return [name for name, change in changes.items() if change["actions"] != ["no-op"]]
