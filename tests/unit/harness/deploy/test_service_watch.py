"""A service that cannot become stable is recognised, and ends the apply; others do not."""

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from harness.deploy import service_watch
from harness.deploy.service_watch import ServiceWatch, failure_of, watched
from harness.deploy.stopped_tasks import failed_tasks
from tests.unit.harness.checks.fake_aws import FakeAws, RefusalError
from tests.unit.harness.deploy.ecs_service import (
    PULL,
    SERVICE,
    FakeTarget,
    deployment,
    ecs,
    running,
    task,
)

BREAKER = "ECS deployment circuit breaker: tasks failed to start."
FAILED = deployment("FAILED", reason=BREAKER)
STABLE = deployment("COMPLETED", run=2)


def crash(stopped: float) -> dict[str, Any]:
    return task("Essential container in task exited", stopped=stopped, exitCode=1)


def failure(session: FakeAws) -> str:
    client = session.client("ecs")
    return failure_of(client, SERVICE, failed_tasks(client, SERVICE))


class TestFailure:
    def test_the_third_failed_task_is_the_end(self) -> None:
        assert failure(ecs(crash(1), crash(2), crash(3))).startswith("3 of its tasks have failed")

    def test_a_replacement_that_has_just_started_is_no_recovery(self) -> None:
        assert failure(ecs(crash(1), crash(2), crash(3), alive=[running(2.5), running(3.5)]))

    def test_a_task_that_is_unhealthy_is_no_recovery(self) -> None:
        unhealthy = running(0, health="UNHEALTHY")

        assert failure(ecs(crash(1), crash(2), crash(3), alive=[unhealthy]))

    def test_tasks_replaced_for_their_health_count(self) -> None:
        replaced = task(
            "Task failed ELB health checks in (target-group arn)", code="ServiceSchedulerInitiated"
        )

        assert failure(ecs(replaced, replaced, replaced))

    def test_a_failed_rollout_is_the_end_without_any_stopped_task(self) -> None:
        assert failure(ecs(deployments=[FAILED])) == f"its rollout failed: {BREAKER}"

    @pytest.mark.parametrize("rollback", [STABLE, deployment("IN_PROGRESS")])
    def test_so_is_one_that_was_rolled_back(self, rollback: dict[str, Any]) -> None:
        failed = {**FAILED, "status": "ACTIVE"}

        assert "its rollout failed" in failure(ecs(deployments=[rollback, failed]))


class TestNoFailure:
    @pytest.mark.parametrize("tasks", [[], [crash(1)], [crash(1), crash(2)]])
    def test_up_to_two_failed_tasks_may_recover(self, tasks: list[dict[str, Any]]) -> None:
        assert failure(ecs(*tasks)) == ""

    def test_a_task_that_runs_since_before_the_failures_is_a_service(self) -> None:
        assert failure(ecs(crash(1), crash(2), crash(3), alive=[running(0)])) == ""

    def test_a_stable_service_is_none(self) -> None:
        assert failure(ecs(crash(1), crash(2), crash(3), deployments=[STABLE])) == ""

    def test_an_empty_deployment_is_not_stable(self) -> None:
        empty = deployment("COMPLETED", desired=0)

        assert failure(ecs(crash(1), crash(2), crash(3), deployments=[empty]))

    @pytest.mark.parametrize(
        "stopped",
        [
            task("Scaling activity initiated by (deployment x)", code="ServiceSchedulerInitiated"),
            task("Your Spot Task was interrupted.", code="SpotInterruption"),
            task("Capacity is unavailable at this time. Please try again later"),
            task("Timeout waiting for network interface provisioning to complete."),
        ],
    )
    def test_tasks_stopped_for_reasons_outside_the_stack_do_not_count(
        self, stopped: dict[str, Any]
    ) -> None:
        assert failure(ecs(*4 * [stopped])) == ""


@pytest.fixture
def no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service_watch, "_PAUSE_SECONDS", 0.0)


@pytest.mark.usefixtures("no_pause")
class TestWatch:
    def watch(self, session: FakeAws) -> tuple[ServiceWatch, list[str]]:
        notes: list[str] = []
        self.events: list[tuple[str, str]] = []

        def event(source: str, text: str) -> None:
            self.events.append((source, text))

        return ServiceWatch(FakeTarget(session), [SERVICE], notes.append, event), notes

    def test_a_failure_cancels_the_apply(self) -> None:
        watch, _ = self.watch(ecs(crash(1), crash(2), crash(3)))

        watch.run()

        assert watch.cancel.is_set()
        assert watch.failure is not None
        assert watch.failure.service == SERVICE

    def test_the_progress_of_the_service_is_an_event(self) -> None:
        crashes = [crash(n) for n in (1, 2, 3)]
        watch, _ = self.watch(ecs(*crashes, alive=[running(2.5, health="UNHEALTHY")]))

        watch.run()

        ((source, text),) = self.events
        assert source == f"ECS service {SERVICE.name}"
        assert text.startswith("1 of 2 tasks running; targets: 1 initial; last stopped: ")

    def test_without_permission_to_see_its_targets_a_failure_is_found_all_the_same(self) -> None:
        session = ecs(crash(1), crash(2), crash(3), alive=[running(2.5, health="UNHEALTHY")])

        def denied(_: object) -> Any:
            raise RefusalError("AccessDenied")

        session.answers["elbv2.DescribeTargetHealth"] = denied
        watch, _ = self.watch(session)

        watch.run()

        assert watch.cancel.is_set()
        assert self.events == []

    def test_each_reason_is_noted_once(self) -> None:
        watch, notes = self.watch(ecs(task(PULL), task(PULL), task("OutOfMemoryError: x")))

        watch.run()

        assert notes == [
            f"ECS service {SERVICE.name}: a task stopped: {PULL}",
            f"ECS service {SERVICE.name}: a task stopped: OutOfMemoryError: x",
        ]

    def test_a_failed_rollout_waits_for_the_reason_of_its_task(self) -> None:
        session = ecs(task(PULL), deployments=[FAILED])
        watch, notes = self.watch(session)
        listed: Iterator[dict[str, Any]] = iter([{"taskArns": []}])
        after = session.answers["ecs.ListTasks"]
        assert callable(after)
        session.answers["ecs.ListTasks"] = lambda request: next(listed, None) or after(request)

        watch.run()

        assert watch.cancel.is_set()
        assert len(notes) == 1

    def test_but_not_forever(self) -> None:
        watch, notes = self.watch(ecs(deployments=[FAILED]))

        watch.run()

        assert watch.cancel.is_set()
        assert notes == []

    @pytest.mark.parametrize("code", ["ClusterNotFoundException", "ServiceNotFoundException"])
    def test_a_service_that_does_not_exist_yet_is_waited_for(self, code: str) -> None:
        session = ecs(crash(1), crash(2), crash(3))
        after = session.answers["ecs.ListTasks"]
        assert callable(after)
        refusals = iter([RefusalError(code), RefusalError(code)])

        def list_tasks(request: dict[str, Any]) -> Any:
            for refusal in refusals:
                raise refusal
            return after(request)

        session.answers["ecs.ListTasks"] = list_tasks
        watch, _ = self.watch(session)

        watch.run()

        assert watch.cancel.is_set()

    def test_it_ends_with_the_apply(self) -> None:
        observed = threading.Event()
        session = ecs(crash(1))
        _before(session, "ecs.DescribeServices", observed.set)

        with watched(FakeTarget(session), [SERVICE], lambda _: None, lambda *_: None) as watch:
            assert observed.wait(10)

        assert not watch.cancel.is_set()
        assert "service-watch" not in {thread.name for thread in threading.enumerate()}

    def test_without_a_service_nothing_is_watched(self) -> None:
        with watched(FakeTarget(None), [], lambda _: None, lambda *_: None) as watch:
            assert watch.failure is None


def _before(session: FakeAws, operation: str, action: Callable[[], None]) -> None:
    answer = session.answers[operation]
    assert not callable(answer)

    def respond(_: dict[str, Any]) -> Any:
        action()
        return answer

    session.answers[operation] = respond
