from datetime import UTC, datetime

from harness.terraform.events import resource_timings
from harness.terraform.parsing import parse_line
from tests.unit.harness.terraform.fake_terraform import operation


def test_timings_come_from_the_times_of_the_events() -> None:
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

    timings = resource_timings(parsed)

    assert [(t.address, t.action, t.seconds, t.failed) for t in timings] == [
        ("aws_vpc.v", "create", 10.25, False),
        ("aws_eip.e", "create", 0.5, True),
    ]
    assert timings[0].started == datetime(2026, 1, 2, 3, 0, 1, tzinfo=UTC)


def test_a_replaced_resource_has_two_timings() -> None:
    steps = [("delete", "03:00:01", "03:00:02"), ("create", "03:00:03", "03:00:05")]
    parsed = [
        parse_line(operation(kind, "aws_lb.x", action, at))
        for action, begun, done in steps
        for kind, at in (("apply_start", begun), ("apply_complete", done))
    ]

    assert [(t.action, t.seconds) for t in resource_timings(parsed)] == [
        ("delete", 1.0),
        ("create", 2.0),
    ]


def test_a_resource_that_never_ended_failed_at_the_last_event() -> None:
    parsed = [
        parse_line(operation("apply_start", "aws_lb.x", "create", "03:00:01")),
        parse_line(operation("apply_progress", "aws_lb.x", "create", "03:00:31")),
    ]

    (timing,) = resource_timings(parsed)

    assert (timing.seconds, timing.failed) == (30.0, True)
