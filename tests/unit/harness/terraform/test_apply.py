import json

import pytest

from harness.core.redaction import MASK, redact
from harness.terraform.errors import TerraformError
from harness.terraform.events import Event
from harness.terraform.working_directory import WorkingDirectory
from tests.unit.harness.terraform.fake_terraform import (
    FakeTerraform,
    error,
    event,
    lines,
    operation,
    state,
)


@pytest.fixture
def directory(fake: FakeTerraform) -> WorkingDirectory:
    directory = fake.working_directory(environment={"AWS_ACCESS_KEY_ID": "test"})
    directory.write({})
    return directory


def summary(verb: str, add: int) -> str:
    counts = {"add": add, "change": 0, "remove": 1, "operation": verb}
    return event("change_summary", changes=counts)


def test_apply_returns_the_state(fake: FakeTerraform, directory: WorkingDirectory) -> None:
    fake.answer(
        "apply",
        lines(
            summary("plan", 5),
            operation("apply_start", "aws_vpc.v", "create", "03:00:00"),
            operation("apply_complete", "aws_vpc.v", "create", "03:00:10.5"),
            summary("apply", 1),
        ),
    )
    fake.answer("state pull", state(outputs={"vpc_id": "vpc-1"}))
    received: list[Event] = []

    applied = directory.apply(on_event=received.append)

    assert applied.outputs() == {"vpc_id": "vpc-1"}
    assert len(received) == 4
    assert {"-auto-approve", "-json", "-parallelism=30", "-lock-timeout=60s"} <= set(
        fake.calls[0].arguments
    )
    assert fake.calls[0].environment["AWS_ACCESS_KEY_ID"] == "test"


def test_a_failed_apply_reads_no_state(fake: FakeTerraform, directory: WorkingDirectory) -> None:
    fake.answer("apply", lines(error("odd")), status=1)

    with pytest.raises(TerraformError, match="odd"):
        directory.apply()

    assert fake.verbs == ["apply"]


def test_sensitive_outputs_are_registered_for_redaction(
    fake: FakeTerraform, directory: WorkingDirectory
) -> None:
    nested = {"user": "u", "keys": ["hunter2-nested"], "port": 5432}
    declared = {
        "password": {"value": "hunter2-output", "sensitive": True},
        "connection": {"value": nested, "sensitive": True},
        "name": {"value": "catalog-public"},
    }
    fake.answer("state pull", json.dumps({"outputs": declared}))

    outputs = directory.state.outputs()

    assert outputs["password"] == "hunter2-output"
    assert redact("hunter2-output hunter2-nested catalog-public") == f"{MASK} {MASK} catalog-public"
