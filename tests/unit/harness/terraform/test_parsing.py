from datetime import UTC, datetime

import pytest

from harness.core.redaction import MASK, register_secret
from harness.terraform.events import (
    ChangeSummary,
    Diagnostic,
    OperationEvent,
    OtherEvent,
    OutputsEvent,
    PlannedChange,
    RawLine,
    ResourceDrift,
    VersionEvent,
)
from harness.terraform.parsing import parse_line
from tests.unit.harness.terraform.fake_terraform import event, operation


def test_the_version_line_names_terraform_and_the_format() -> None:
    assert parse_line(event("version", terraform="1.11.4", ui="1.2")) == VersionEvent(
        "1.11.4", "1.2"
    )


def test_a_planned_change_keeps_address_action_and_reason() -> None:
    change = {"resource": {"addr": "aws_lb.x"}, "action": "replace", "reason": "tainted"}

    assert parse_line(event("planned_change", change=change)) == PlannedChange(
        "aws_lb.x", "replace", "tainted"
    )


def test_drift_keeps_address_and_action() -> None:
    change = {"resource": {"addr": "aws_lb.x"}, "action": "update"}

    assert parse_line(event("resource_drift", change=change)) == ResourceDrift("aws_lb.x", "update")


def test_a_change_summary_counts() -> None:
    counts = {"add": 3, "change": 2, "remove": 1, "import": 0, "operation": "apply"}

    assert parse_line(event("change_summary", changes=counts)) == ChangeSummary("apply", 3, 2, 1)


def test_outputs_are_known_by_name_only() -> None:
    line = event("outputs", outputs={"a": {"sensitive": False, "value": 1}})

    assert parse_line(line) == OutputsEvent(("a",))


@pytest.mark.parametrize(
    "kind",
    ["apply_start", "apply_progress", "apply_complete", "apply_errored", "ephemeral_op_start"],
)
def test_a_step_of_a_resource_keeps_its_time(kind: str) -> None:
    assert parse_line(operation(kind, "aws_lb.x", "create", "03:04:05.25")) == OperationEvent(
        kind, "aws_lb.x", "create", datetime(2026, 1, 2, 3, 4, 5, 250_000, UTC), 1.0
    )


def test_a_refresh_has_no_action() -> None:
    line = event("refresh_start", hook={"resource": {"addr": "aws_lb.x"}})

    parsed = parse_line(line)

    assert isinstance(parsed, OperationEvent)
    assert parsed.action == ""


def test_a_diagnostic_keeps_address_and_place_and_hides_secrets() -> None:
    register_secret("hunter2-events")
    place = {"filename": "cdk.tf.json", "start": {"line": 47, "column": 1}}
    line = event(
        "diagnostic",
        diagnostic={
            "severity": "error",
            "summary": "bad hunter2-events",
            "detail": "because of hunter2-events",
            "address": "aws_lb.x",
            "range": place,
        },
    )

    assert parse_line(line) == Diagnostic(
        "error", f"bad {MASK}", f"because of {MASK}", "aws_lb.x", "cdk.tf.json:47"
    )


def test_a_diagnostic_may_have_neither_address_nor_place() -> None:
    line = event("diagnostic", diagnostic={"severity": "warning", "summary": "s", "detail": ""})

    assert parse_line(line) == Diagnostic("warning", "s")


@pytest.mark.parametrize("line", ["Terraform has crashed", "[1, 2]", '{"no": "type"}', ""])
def test_a_line_that_is_no_event_is_kept(line: str) -> None:
    assert parse_line(line) == RawLine(line)


def test_an_unknown_type_is_kept_with_its_message() -> None:
    assert parse_line(event("sunrise", message="over the fjord")) == OtherEvent(
        "sunrise", "over the fjord"
    )


def test_a_known_type_in_an_unknown_shape_is_kept_with_its_message() -> None:
    assert parse_line(event("change_summary", message="3 added")) == OtherEvent(
        "change_summary", "3 added"
    )
