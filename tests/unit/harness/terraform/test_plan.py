import json
from typing import Any

import pytest

from harness.terraform.errors import TerraformError
from harness.terraform.plan import Plan
from harness.terraform.working_directory import WorkingDirectory
from tests.unit.harness.terraform.fake_terraform import FakeTerraform, error, event, lines

_DRIFT = event(
    "resource_drift", change={"resource": {"addr": "aws_s3_bucket.x"}, "action": "update"}
)


@pytest.fixture
def directory(fake: FakeTerraform) -> WorkingDirectory:
    directory = fake.working_directory()
    directory.write({})
    return directory


def shown(*changes: dict[str, Any], outputs: dict[str, Any] | None = None) -> str:
    return json.dumps({"resource_changes": changes, "output_changes": outputs or {}})


def change(address: str, *actions: str, **values: Any) -> dict[str, Any]:
    return {"address": address, "change": {"actions": list(actions), **values}}


def test_a_plan_without_changes_runs_one_command(
    fake: FakeTerraform, directory: WorkingDirectory
) -> None:
    plan = directory.plan()

    assert plan == Plan()
    assert fake.verbs == ["plan"]
    assert {"-detailed-exitcode", "-input=false"} <= set(fake.calls[0].arguments)


def test_drift_without_a_planned_change_is_no_change(
    fake: FakeTerraform, directory: WorkingDirectory
) -> None:
    fake.answer("plan", lines(_DRIFT))

    plan = directory.plan()

    assert plan == Plan()


def test_changes_have_their_attributes(fake: FakeTerraform, directory: WorkingDirectory) -> None:
    fake.answer("plan", lines(_DRIFT), status=2, files={"harness.tfplan": "plan"})
    update = change(
        "aws_ecs_service.s", "update", before={"desired_count": 3}, after={"desired_count": 2}
    )
    replace = change("aws_lb.l", "delete", "create", before={"a": 1}, after={"a": 2})
    fake.answer("show", shown(update, change("aws_vpc.v", "no-op"), replace))

    plan = directory.plan()

    assert [str(item) for item in plan.resource_changes] == [
        "aws_ecs_service.s: update (desired_count: 3 -> 2)",
        "aws_lb.l: delete/create (a: 1 -> 2)",
    ]


def test_a_changed_output_is_a_change(fake: FakeTerraform, directory: WorkingDirectory) -> None:
    fake.answer("plan", status=2)
    outputs = {"url": {"actions": ["update"]}, "name": {"actions": ["no-op"]}}
    fake.answer(
        "show", shown(change("aws_vpc.v", "create", before=None, after={}), outputs=outputs)
    )

    plan = directory.plan()

    assert plan.output_changes == ("url",)
    assert str(plan.resource_changes[0]) == "aws_vpc.v: create"


@pytest.mark.parametrize("status", [0, 2])
def test_the_plan_file_is_deleted(
    fake: FakeTerraform, directory: WorkingDirectory, status: int
) -> None:
    fake.answer("plan", status=status, files={"harness.tfplan": "secret"})
    fake.answer("show", shown())

    directory.plan()

    assert not (directory.path / "harness.tfplan").exists()


def test_a_failed_plan_is_an_error(fake: FakeTerraform, directory: WorkingDirectory) -> None:
    fake.answer("plan", lines(error("Invalid index")), status=1)

    with pytest.raises(TerraformError, match="terraform plan failed: Invalid index"):
        directory.plan()
