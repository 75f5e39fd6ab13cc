"""Why it failed: each failure with what was observed around it."""

import dataclasses

from harness.report.failures import Failure, failures
from harness.report.model import RunReport
from harness.run.evidence import Exchange, OwnTest, Status
from harness.run.timeline import Event, Phase
from tests.unit.harness.report.samples import FAILED, result

CALL = Exchange("elbv2 DescribeTargetHealth", "{}", "unhealthy")
UNHEALTHY = dataclasses.replace(
    result("alb/targets-healthy", Status.FAILED, "0 of 2", seconds=5.0),
    started_at="2026-08-02T09:15:07Z",  # 60 s after the start of the run
    exchanges=(CALL,),
)
REPORT = dataclasses.replace(
    FAILED,
    errors=(),
    results=(UNHEALTHY,),
    phases=(Phase("second plan", 50.0, 55.0), Phase("checks", 50.0, 70.0)),
    references={"aws_lb.main": (), "aws_lb_target_group.api": (), "aws_vpc.main": ()},
    configuration={"aws_lb_target_group.api": {"port": 8080}, "aws_vpc.main": {}},
    events=(
        Event(10.0, "ECS service api", "too early"),
        Event(62.0, "ECS service api", "1 of 2 tasks running"),
        Event(63.0, "log api/1", "GET /nowhere 404"),
        Event(90.0, "ECS service api", "too late"),
    ),
)


def only(report: RunReport) -> Failure:
    (failure,) = failures(report)
    return failure


def test_a_failed_check_has_its_calls_and_what_happened_at_its_time() -> None:
    failure = only(REPORT)

    assert failure.title == "alb/targets-healthy"
    assert failure.text == "expected: every target is healthy\nobserved: 0 of 2"
    assert failure.exchanges == (CALL,)
    assert [event.text for event in failure.events] == ["1 of 2 tasks running"]
    assert [event.text for event in failure.logs] == ["GET /nowhere 404"]
    assert "catalog-harness check --only alb/targets-healthy" in failure.advice[-1]


def test_it_has_the_planned_resources_of_its_service_alone() -> None:
    assert list(only(REPORT).resources) == ["aws_lb_target_group.api"]


def test_without_events_at_its_time_it_has_the_last_ones_before() -> None:
    report = dataclasses.replace(REPORT, events=REPORT.events[:1])

    assert [event.text for event in only(report).events] == ["too early"]


def test_an_empty_second_plan_is_told_from_none() -> None:
    assert only(REPORT).changes == ()
    assert only(dataclasses.replace(REPORT, phases=())).changes is None


def test_a_check_in_a_session_of_pytest_is_repeated_by_pytest() -> None:
    test = OwnTest("test_a.py::test_b", Status.FAILED, 1.0)
    failed, _ = failures(dataclasses.replace(FAILED, errors=(), tests=(test,)))

    assert failed.advice[-1].endswith("`pytest --catalog-reuse-stack --last-failed`")


def test_what_was_changed_after_the_deployment_is_the_first_advice() -> None:
    change = "aws_lb.main: update (idle_timeout)"
    report = dataclasses.replace(
        REPORT, events=(*REPORT.events, Event(56.0, "second plan", change))
    )

    failure = only(report)

    assert failure.changes == (change,)
    assert "changed it after apply" in failure.advice[0]
    assert change not in [event.text for event in failure.events]


def test_a_change_of_another_service_is_no_advice_for_it() -> None:
    event = Event(56.0, "second plan", "aws_vpc.main: update")
    failure = only(dataclasses.replace(REPORT, events=(*REPORT.events, event)))

    assert "changed it" not in failure.advice[0]


def test_an_error_without_a_phase_has_no_events_not_even_earlier_ones() -> None:
    earlier = Event(-20.0, "log api", "of the run that deployed it")
    report = dataclasses.replace(REPORT, results=(), errors=("changed",), events=(earlier,))

    assert (only(report).events, only(report).logs) == ((), ())


def test_the_phase_in_which_a_run_was_interrupted_has_not_failed() -> None:
    phase = Phase("apply", 5.0, 20.0, failed=True)
    report = dataclasses.replace(
        REPORT, results=(), errors=("interrupted",), phases=(phase,), interrupted=True
    )

    assert only(report).title == "apply interrupted"


def test_an_error_has_the_events_of_its_phase_and_the_resources_that_it_names() -> None:
    report = dataclasses.replace(
        REPORT,
        results=(),
        errors=("terraform apply failed: aws_vpc.main: no more VPCs",),
        phases=(Phase("apply", 5.0, 20.0, failed=True),),
    )

    failure = only(report)

    assert failure.title == "apply failed"
    assert [event.text for event in failure.events] == ["too early"]
    assert list(failure.resources) == ["aws_vpc.main"]


def test_a_failed_own_test_has_its_output() -> None:
    test = OwnTest("test_a.py::test_b", Status.FAILED, 1.0, 1, "assert 1 == 2")

    failure = only(dataclasses.replace(REPORT, results=(), tests=(test,)))

    assert (failure.title, failure.text) == (test.name, "assert 1 == 2")


def test_two_failures_of_one_check_have_anchors_of_their_own() -> None:
    found = failures(dataclasses.replace(REPORT, results=(UNHEALTHY, UNHEALTHY)))

    assert len({failure.anchor for failure in found}) == 2


def test_what_passed_needs_no_explanation() -> None:
    report = dataclasses.replace(REPORT, results=(result(),))

    assert failures(report) == ()
