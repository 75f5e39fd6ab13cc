"""The life of a working directory with the real Terraform; no provider is needed."""

from pathlib import Path
from typing import Any

import pytest

from harness.core.errors import ToolNotFoundError
from harness.core.redaction import MASK, redact
from harness.terraform import Terraform, Workspace, find_terraform


@pytest.fixture(scope="module")
def terraform() -> Terraform:
    try:
        return find_terraform()
    except ToolNotFoundError as error:
        pytest.skip(error.message)


def configuration(value: str) -> dict[str, Any]:
    return {
        "resource": {"terraform_data": {"item": {"input": value}}},
        "output": {
            "item": {"value": "${terraform_data.item.output}", "sensitive": True},
        },
    }


def test_a_stack_is_applied_changed_and_destroyed(terraform: Terraform, tmp_path: Path) -> None:
    workspace = Workspace(tmp_path / "work", terraform, cache=tmp_path / "cache")
    workspace.prepare({})
    workspace.write(configuration("first-value"))

    assert not workspace.init(), "prepared already"
    applied = workspace.apply()
    assert applied.outputs == {"item": "first-value"}
    assert (applied.added, applied.changed, applied.destroyed) == (1, 0, 0)
    assert redact("first-value") == MASK
    assert workspace.state_resources() == ("terraform_data.item",)
    assert not workspace.plan().has_changes

    workspace.write(configuration("second-value"))
    plan = workspace.plan()
    assert [change.actions for change in plan.changes] == [("update",)]
    assert plan.outputs == ("item",)
    assert workspace.apply().changed == 1

    assert workspace.destroy().retried == ""
    assert workspace.state_resources() == ()
