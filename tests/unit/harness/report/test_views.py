import dataclasses

import pytest

from harness.report import views
from harness.report.model import RunReport
from harness.run.evidence import Status
from harness.run.timeline import Phase
from tests.unit.harness.report.samples import FAILED, PASSED, RESULTS, result


def test_services_with_a_failed_check_come_first_the_others_as_they_came() -> None:
    services = views.by_service(RESULTS)

    assert list(services) == ["s3", "alb", "ecs"]


def test_within_a_service_what_failed_comes_first_and_what_is_not_provable_last() -> None:
    results = (
        result("s3/a", Status.NOT_PROVABLE),
        result("s3/b"),
        result("s3/c", Status.FAILED),
        result("s3/d"),
    )

    (service,) = views.by_service(results).values()

    assert [found.check for found in service] == ["s3/c", "s3/b", "s3/d", "s3/a"]


def test_the_wall_time_ends_with_the_last_phase_or_resource() -> None:
    assert views.wall_seconds(PASSED) == 100.0
    assert views.wall_seconds(dataclasses.replace(PASSED, phases=())) == 99.0
    assert views.wall_seconds(dataclasses.replace(PASSED, phases=(), resources=())) == 0.0


def test_a_share_is_a_part_of_the_wall_time() -> None:
    assert views.share(Phase("apply", 10.0, 60.0), 100.0) == 0.5
    assert views.share(Phase("apply", 0.0, 0.0), 0.0) == 0.0


@pytest.mark.parametrize(
    ("report", "expected"),
    [
        (PASSED, "PASSED in 1 min 40 s. Checks: 2 passed"),
        (
            FAILED,
            "FAILED in 10.0 s. Checks: 1 failed, 2 passed, 1 not provable. Errors: 1. Left over: 1",
        ),
        (RunReport("aws", "eu-north-1", "x", ""), "PASSED. Checks: none"),
    ],
)
def test_the_headline_has_verdict_duration_and_counts(report: RunReport, expected: str) -> None:
    assert views.headline(report) == expected


@pytest.mark.parametrize(
    ("changes", "verdict"),
    [
        ({}, "PASSED"),
        ({"proved": False}, "NOTHING PROVED"),
        ({"proved": False, "errors": ("no",)}, "FAILED"),
        ({"leftovers": ("a",)}, "FAILED"),
        ({"results": (result(status=Status.FAILED),)}, "FAILED"),
        ({"interrupted": True, "errors": ("interrupted",)}, "INTERRUPTED"),
        ({"interrupted": True, "leftovers": ("a",)}, "INTERRUPTED"),
    ],
)
def test_a_run_is_passed_only_if_it_ran_to_its_end_and_proved_something(
    changes: dict[str, object], verdict: str
) -> None:
    report = dataclasses.replace(PASSED, **changes)  # type: ignore[arg-type]

    assert views.headline(report).partition(" in ")[0] == verdict
    assert report.passed is (verdict == "PASSED")
