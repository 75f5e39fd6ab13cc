"""The events of Terraform on the timeline of a run."""

import pytest

from harness.deploy.workspace import terraform_listener
from harness.run.timeline import Observer, Timeline
from harness.terraform.events import parse_line
from tests.unit.harness.terraform.fake_terraform import event, operation


class RecordingObserver(Observer):
    def __init__(self) -> None:
        self.planned: list[int] = []
        self.started: list[tuple[str, str]] = []

    def resources_planned(self, count: int) -> None:
        self.planned.append(count)

    def resource_started(self, address: str, action: str) -> None:
        self.started.append((address, action))


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def summary(kind: str, **counts: int) -> str:
    changes = {"add": 0, "change": 0, "remove": 0, **counts, "operation": kind}
    return event("change_summary", changes=changes)


def test_a_resource_is_timed_to_the_fraction_of_a_second(clock: Clock) -> None:
    observer = RecordingObserver()
    timeline = Timeline(observer, clock=clock)
    listen = terraform_listener(timeline, clock)

    listen(parse_line(operation("apply_start", "aws_lb.alb", "create", "03:04:05.000")))
    clock.now = 2.5
    listen(parse_line(operation("apply_complete", "aws_lb.alb", "create", "03:04:08.000")))

    assert observer.started == [("aws_lb.alb", "create")]
    assert [(each.address, each.ended - each.started) for each in timeline.resources] == [
        ("aws_lb.alb", 2.5)
    ]


def test_the_plan_reports_the_number_of_changes(clock: Clock) -> None:
    observer = RecordingObserver()
    listen = terraform_listener(Timeline(observer, clock=clock), clock)

    listen(parse_line(summary("plan", add=3, change=1, remove=2)))
    listen(parse_line(summary("apply", add=3)))

    assert observer.planned == [6]


def test_an_end_without_a_start_has_no_duration(clock: Clock) -> None:
    timeline = Timeline(Observer(), clock=clock)
    listen = terraform_listener(timeline, clock)

    listen(parse_line(operation("apply_complete", "aws_lb.alb", "create", "03:04:08.000")))

    assert timeline.resources[0].started == timeline.resources[0].ended


def test_other_events_are_ignored(clock: Clock) -> None:
    timeline = Timeline(Observer(), clock=clock)
    listen = terraform_listener(timeline, clock)

    listen(parse_line("not an event"))
    listen(parse_line(operation("apply_progress", "aws_lb.alb", "create", "03:04:08.000")))

    assert timeline.resources == ()
