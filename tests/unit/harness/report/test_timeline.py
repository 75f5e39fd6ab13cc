import dataclasses

import pytest

from harness.report.model import RunReport
from harness.report.timeline import axis, phase_rows, resource_rows
from harness.run.timeline import Phase, ResourceTiming
from tests.unit.harness.report.samples import PASSED


def lasting(seconds: float) -> RunReport:
    return dataclasses.replace(PASSED, resources=(), phases=(Phase("apply", 0.0, seconds),))


@pytest.mark.parametrize(
    ("seconds", "ticks"),
    [
        (0.0, ("0 s",)),
        (4.0, ("0 s", "1 s", "2 s", "3 s")),
        (100.0, ("0 s", "15 s", "30 s", "45 s", "60 s", "75 s", "90 s")),
        (7200.0, ("0 s", "1200 s", "2400 s", "3600 s", "4800 s", "6000 s")),
    ],
)
def test_the_axis_has_a_few_round_ticks_that_fit(seconds: float, ticks: tuple[str, ...]) -> None:
    assert axis(lasting(seconds)).ticks == ticks


def test_ticks_stand_where_their_time_is() -> None:
    assert axis(lasting(100.0)).step == pytest.approx(15.0)


def test_even_a_run_of_days_has_an_axis() -> None:
    assert axis(lasting(360_000.0)).step == pytest.approx(1.0)


def test_a_phase_is_a_bar_with_its_duration_and_share() -> None:
    report = dataclasses.replace(
        PASSED,
        resources=(),
        phases=(Phase("apply", 0.0, 50.0), Phase("checks", 50.0, 100.0, failed=True)),
    )

    apply, checks = phase_rows(report)

    assert (apply.name, apply.detail) == ("apply", "50.0 s, 50%")
    assert [(bar.kind, bar.left, bar.width) for bar in apply.bars] == [("phase", 0.0, 50.0)]
    assert checks.detail == "50.0 s, 50%, failed"
    assert [bar.kind for bar in checks.bars] == ["failed"]


def test_a_resource_is_one_row_with_all_its_operations() -> None:
    rows = resource_rows(PASSED)

    assert [(row.name, row.detail) for row in rows] == [
        ("aws_vpc.main", "create 10.0 s (10.0 s of it waits), delete 9.0 s"),
        ("aws_lb.main", "create 1 min 00 s (1 min 00 s of it waits), delete 10.0 s"),
    ]
    assert [(bar.kind, bar.left, bar.width) for bar in rows[0].bars] == [
        ("wait", 5.0, 10.0),
        ("create", 15.0, 0.0),
        ("delete", 90.0, 9.0),
    ]


def test_the_fixed_wait_of_the_provider_is_apart_and_follows_its_clock() -> None:
    report = dataclasses.replace(
        PASSED, provider_clock=20, resources=(ResourceTiming("aws_lb.a", "create", 10.0, 15.0),)
    )

    (row,) = resource_rows(report)

    assert row.detail == "create 5.0 s (3.0 s of it waits)"
    assert [(bar.kind, bar.left, bar.width) for bar in row.bars] == [
        ("wait", 10.0, 3.0),
        ("create", 13.0, 2.0),
    ]


def test_what_took_no_time_is_brief_unless_the_end_waited_for_it() -> None:
    report = dataclasses.replace(
        PASSED,
        references={"b.main": ("a.first",), "c.last": ("b.main",)},
        resources=(
            ResourceTiming("a.first", "create", 0.0, 1.0),
            ResourceTiming("a.aside", "create", 0.0, 1.0),
            ResourceTiming("b.main", "create", 1.0, 50.0),
            ResourceTiming("c.last", "create", 50.0, 51.0),
        ),
    )

    rows = {row.name: (row.critical, row.brief) for row in resource_rows(report)}

    assert rows == {
        "a.first": (True, False),
        "a.aside": (False, True),
        "b.main": (True, False),
        "c.last": (True, False),
    }


def test_destroy_has_a_critical_path_in_the_other_direction() -> None:
    report = dataclasses.replace(PASSED, references={"aws_lb.main": ("aws_vpc.main",)})

    assert [row.critical for row in resource_rows(report)] == [True, True]


def test_phases_on_the_critical_path_are_marked() -> None:
    phases = (Phase("apply", 0.0, 5.0), Phase("plan", 5.0, 7.0), Phase("checks", 5.0, 9.0))

    rows = phase_rows(dataclasses.replace(PASSED, phases=phases))

    assert [row.critical for row in rows] == [True, False, True]


def test_an_unknown_operation_is_drawn_as_another() -> None:
    report = dataclasses.replace(PASSED, resources=(ResourceTiming("a.b", "import", 0.0, 1.0),))

    ((bar,),) = (row.bars for row in resource_rows(report))

    assert bar.kind == "other"


def test_a_run_without_time_has_bars_without_width() -> None:
    ((bar,),) = (row.bars for row in phase_rows(lasting(0.0)))

    assert (bar.left, bar.width) == (0.0, 0.0)
