"""The life of a working directory with the real Terraform; no provider is needed."""

from pathlib import Path
from typing import Any

import pytest

from harness.core.errors import ToolNotFoundError
from harness.core.redaction import MASK, redact
from harness.terraform.binary import Terraform, find_terraform
from harness.terraform.plan import Plan
from harness.terraform.working_directory import WorkingDirectory


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
    directory = WorkingDirectory(tmp_path / "work", terraform, cache=tmp_path / "cache")
    directory.prepare({})
    directory.write(configuration("first-value"))

    assert not directory.init(), "prepared already"
    assert directory.apply().outputs() == {"item": "first-value"}
    assert redact("first-value") == MASK
    assert directory.state.resources() == ("terraform_data.item",)
    assert directory.plan() == Plan()

    directory.write(configuration("second-value"))
    plan = directory.plan()
    assert [change.actions for change in plan.resource_changes] == [("update",)]
    assert plan.output_changes == ("item",)
    assert directory.apply().outputs() == {"item": "second-value"}

    assert directory.destroy() == ""
    assert directory.state.resources() == ()
