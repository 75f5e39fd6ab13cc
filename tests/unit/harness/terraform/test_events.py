from datetime import UTC, datetime

import pytest

from harness.core.redaction import MASK, register_secret
from harness.terraform.events import (
    ChangeSummary,
    Diagnostic,
    OperationEvent,
    RawLine,
    parse_diagnostic,
    parse_line,
    unfinished_operations,
)
from tests.unit.harness.terraform.fake_terraform import event, operation


def test_a_change_summary_counts() -> None:
    counts = {"add": 3, "change": 2, "remove": 1, "import": 0, "operation": "apply"}

    assert parse_line(event("change_summary", changes=counts)) == ChangeSummary("apply", 3, 2, 1)


@pytest.mark.parametrize(
    "kind",
    ["apply_start", "apply_progress", "apply_complete", "apply_errored", "ephemeral_op_start"],
)
def test_an_operation_has_the_time_of_its_event(kind: str) -> None:
    assert parse_line(operation(kind, "aws_lb.x", "create", "03:04:05.25")) == OperationEvent(
        kind, "aws_lb.x", "create", datetime(2026, 1, 2, 3, 4, 5, 250_000, UTC)
    )


def test_a_refresh_has_no_action() -> None:
    line = event("refresh_start", hook={"resource": {"addr": "aws_lb.x"}})

    parsed = parse_line(line)

    assert isinstance(parsed, OperationEvent)
    assert parsed.action == ""


def test_a_diagnostic_has_address_and_location_and_is_redacted() -> None:
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


def test_a_diagnostic_may_have_neither_address_nor_location() -> None:
    line = event("diagnostic", diagnostic={"severity": "warning", "summary": "s", "detail": ""})

    assert parse_line(line) == Diagnostic("warning", "s")


@pytest.mark.parametrize(
    ("context", "address"),
    [
        ("resource.aws_lb.this", "aws_lb.this"),
        ('resource "aws_lb" "this"', "aws_lb.this"),
        ('data "aws_ami" "image"', "data.aws_ami.image"),
        ('provider "aws"', ""),
        (None, ""),
    ],
)
def test_a_diagnostic_without_address_has_that_of_its_block(
    context: str | None, address: str
) -> None:
    raw = {"severity": "error", "summary": "s", "snippet": {"context": context}}
    assert parse_diagnostic(raw).address == address


@pytest.mark.parametrize("line", ["Terraform has crashed", "[1, 2]", '{"no": "type"}', ""])
def test_a_line_that_is_not_an_event_is_a_raw_line(line: str) -> None:
    assert parse_line(line) == RawLine(line)


def test_an_event_of_another_type_is_not_read() -> None:
    assert parse_line(event("version", message="Terraform 1.11.4")) is None


def test_an_event_of_unknown_structure_is_not_read() -> None:
    assert parse_line(event("change_summary", message="3 added")) is None


def test_an_operation_without_an_end_is_unfinished_until_the_last_event() -> None:
    parsed = [
        parse_line(operation("apply_start", "aws_lb.x", "create", "03:00:01")),
        parse_line(operation("apply_progress", "aws_lb.x", "create", "03:00:31.25")),
    ]

    ((started, seconds),) = unfinished_operations(parsed)

    assert (started.address, started.action, seconds) == ("aws_lb.x", "create", 30.25)


def test_completed_and_failed_operations_and_refreshes_are_not_unfinished() -> None:
    parsed = map(
        parse_line,
        [
            operation("refresh_start", "data.x.y", "", "03:00:00"),
            operation("apply_start", "aws_vpc.v", "create", "03:00:01"),
            operation("apply_start", "aws_eip.e", "create", "03:00:02"),
            operation("apply_errored", "aws_eip.e", "create", "03:00:02.5"),
            operation("apply_complete", "aws_vpc.v", "create", "03:00:11.25"),
            "noise",
        ],
    )

    assert unfinished_operations(parsed) == []


def test_a_replaced_resource_is_unfinished_until_it_is_created() -> None:
    steps = [
        ("apply_start", "delete", "03:00:01"),
        ("apply_complete", "delete", "03:00:02"),
        ("apply_start", "create", "03:00:03"),
        ("apply_progress", "create", "03:00:05"),
    ]
    parsed = [parse_line(operation(kind, "aws_lb.x", action, at)) for kind, action, at in steps]

    assert [(event.action, seconds) for event, seconds in unfinished_operations(parsed)] == [
        ("create", 2.0)
    ]
