from harness.report.activity import Activity, sentence
from harness.run.evidence import CheckResult, Plane, Status


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def names(activity: Activity) -> list[str]:
    return [item.name for item in activity.snapshot().resources]


def test_a_run_without_events_is_idle() -> None:
    assert Activity(Clock()).snapshot().idle


def test_what_started_is_in_progress_until_it_finishes() -> None:
    clock = Clock()
    activity = Activity(clock)
    activity.phase_started("apply")
    clock.now = 3.0
    activity.resource_started("aws_lb.main", "create")

    snapshot = activity.snapshot()
    activity.resource_finished("aws_lb.main", "create", 1.0)
    activity.phase_finished("apply", 1.0, failed=False)

    assert not snapshot.idle
    assert [(item.name, item.since) for item in snapshot.phases] == [("apply", 0.0)]
    assert [(r.name, r.action, r.since) for r in snapshot.resources] == [
        ("aws_lb.main", "create", 3.0)
    ]
    assert activity.snapshot().idle


def test_the_longest_running_resource_comes_first() -> None:
    clock = Clock()
    activity = Activity(clock)
    for started, name in ((2.0, "young"), (1.0, "old")):
        clock.now = started
        activity.resource_started(name, "create")

    assert names(activity) == ["old", "young"]


def test_reads_are_not_counted_because_no_plan_counts_them() -> None:
    activity = Activity(Clock())
    activity.resources_planned(2)
    activity.resource_finished("data.aws_region.here", "read", 1.0)
    activity.resource_finished("aws_vpc.main", "create", 1.0)

    assert (activity.snapshot().done, activity.snapshot().planned) == (1, 2)


def test_a_new_plan_counts_anew() -> None:
    activity = Activity(Clock())
    activity.resources_planned(2)
    activity.resource_finished("aws_vpc.main", "create", 1.0)
    activity.resources_planned(5)

    assert (activity.snapshot().done, activity.snapshot().planned) == (0, 5)


def test_a_failed_phase_takes_its_unfinished_resources_along() -> None:
    activity = Activity(Clock())
    activity.phase_started("watch")
    activity.phase_started("apply")
    activity.resource_started("aws_lb.main", "create")
    activity.phase_finished("apply", 1.0, failed=True)

    assert names(activity) == []


def test_a_successful_phase_leaves_the_resources_of_another_in_progress() -> None:
    activity = Activity(Clock())
    activity.phase_started("preflight")
    activity.phase_started("apply")
    activity.resource_started("aws_lb.main", "create")
    activity.phase_finished("preflight", 1.0, failed=False)

    assert names(activity) == ["aws_lb.main"]


def test_a_fixed_wait_of_the_provider_is_the_reason_on_its_clock() -> None:
    clock = Clock()
    activity = Activity(clock)
    activity.provider_clock(20)
    activity.resource_started("aws_lb.main", "create")
    activity.resource_started("aws_iam_role.task", "create")
    clock.now += 1.5

    text = sentence(activity.snapshot())

    assert "aws_lb.main (create, 2 s): fixed wait of the provider, 30 of 60 s, clock x20" in text
    assert "aws_iam_role.task (create, 2 s)" in text
    assert text.count("fixed wait") == 1

    clock.now += 2.0
    assert "fixed wait" not in sentence(activity.snapshot())


def test_the_state_of_what_is_waited_for_is_shown_until_the_phase_ends() -> None:
    activity = Activity(Clock())
    activity.phase_started("apply")
    activity.event("ECS service api", "0 of 2 tasks running")
    activity.event("ECS service api", "1 of 2 tasks running")

    assert "ECS service api: 1 of 2 tasks running" in sentence(activity.snapshot())
    assert "0 of 2" not in sentence(activity.snapshot())

    activity.phase_finished("apply", 1.0)
    assert "ECS service" not in sentence(activity.snapshot())


def test_the_remaining_time_is_that_of_the_phase_that_started_last() -> None:
    clock = Clock()
    activity = Activity(clock, lambda phase, elapsed: {"apply": 30.0}.get(phase, 5.0) - elapsed)
    activity.phase_started("apply")
    clock.now += 10.0

    assert "about 20.0 s left, by earlier runs" in sentence(activity.snapshot())

    activity.phase_started("checks")
    assert "about 5.0 s left" in sentence(activity.snapshot())


def test_without_earlier_runs_nothing_is_predicted() -> None:
    activity = Activity(Clock())
    activity.phase_started("apply")

    assert "left" not in sentence(activity.snapshot())


def test_checks_are_counted_by_status() -> None:
    activity = Activity(Clock())
    for status in (Status.PASSED, Status.FAILED, Status.PASSED):
        activity.check_finished(
            CheckResult("s3/x", "claim", Plane.DATA, "embedded", status, "", 1.0)
        )

    assert activity.snapshot().checks == {
        Status.PASSED: 2,
        Status.FAILED: 1,
        Status.INTERRUPTED: 0,
        Status.NOT_PROVABLE: 0,
    }
