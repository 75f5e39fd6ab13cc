"""``terraform plan``: the differences between the configuration and the deployed resources."""

import json
from dataclasses import dataclass

from harness.terraform.attributes import AttributeChange, changed_attributes
from harness.terraform.command import CommandLine

_PLAN_FILE = "harness.tfplan"
_CHANGES = 2
_SECONDS = 900.0


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


def make_plan(command: CommandLine) -> Plan:
    """Implement ``WorkingDirectory.plan``; details are read (3 s) only if there are changes."""
    arguments = ("-input=false", "-json", "-detailed-exitcode", "-lock=false", f"-out={_PLAN_FILE}")
    accept = (0, _CHANGES)
    try:
        done = command.run("plan", *arguments, timeout=_SECONDS, accept=accept)
        if done.returncode != _CHANGES:
            return Plan()
        details = json.loads(command.run("show", "-json", _PLAN_FILE, timeout=_SECONDS).stdout)
    finally:
        # It contains all values in clear text, sensitive ones too.
        (command.directory / _PLAN_FILE).unlink(missing_ok=True)
    changed = [
        (item["address"], item["change"])
        for item in details.get("resource_changes", ())
        if item["change"]["actions"] != ["no-op"]
    ]
    outputs = details.get("output_changes", {}).items()
    return Plan(
        tuple(
            ResourceChange(address, tuple(change["actions"]), changed_attributes(change))
            for address, change in changed
        ),
        tuple(name for name, change in outputs if change["actions"] != ["no-op"]),
    )
