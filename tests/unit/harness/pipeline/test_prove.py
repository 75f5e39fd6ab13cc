"""Proving a stack: checks and second plan in parallel, and no result is lost."""

import json
import signal

import pytest

from harness.checks.framework.expected import ExpectedStack
from harness.core.errors import DriftError, EmulatorError, UsageError
from harness.core.interrupts import Terminated, sigterm_as_interrupt
from harness.deploy.deploy import Deployment, deploy
from harness.pipeline.outcome import RunOutcome
from harness.pipeline.prove import prove
from harness.run.evidence import CheckResult, Status
from harness.terraform.drift import DriftWatch
from harness.terraform.errors import TerraformError
from tests.unit.harness.fake_checks import FakeChecks, result
from tests.unit.harness.fake_run import FakeRun, observer_of
from tests.unit.harness.terraform.fake_terraform import error, lines

CHANGED = {
    "resource_changes": [
        {
            "address": "aws_lb.alb",
            "change": {
                "actions": ["update"],
                "before": {"idle_timeout": 60},
                "after": {"idle_timeout": 90},
            },
        }
    ]
}


@pytest.fixture
def outcome() -> RunOutcome:
    return RunOutcome()


def names(outcome: RunOutcome) -> list[str]:
    return [each.check for each in outcome.results]


def test_the_results_are_in_the_order_of_the_report(
    fake_run: FakeRun, checks: FakeChecks, outcome: RunOutcome
) -> None:
    run = fake_run.run()

    prove(deploy(run), outcome)

    assert names(outcome) == ["alb/a", "alb/b", "ecs/c"]
    assert outcome.errors == []
    assert {"checks", "second plan"} <= set(observer_of(run).phases)


def test_the_checks_receive_the_deployed_stack(
    fake_run: FakeRun, checks: FakeChecks, outcome: RunOutcome
) -> None:
    deployment = deploy(fake_run.run())

    prove(deployment, outcome, only=["alb/*"], exclusive=False)

    assert checks.given["only"] == ["alb/*"]
    assert checks.given["exclusive"] is False
    context = checks.given["context"]
    assert (context.target, context.expected) == (
        fake_run.target,
        ExpectedStack.of(deployment.config),
    )
    assert context.outputs == deployment.outputs


def test_drift_is_collected_in_addition_to_the_results(
    fake_run: FakeRun, checks: FakeChecks, outcome: RunOutcome
) -> None:
    fake_run.terraform.answer("plan", status=2)
    fake_run.terraform.answer("show", json.dumps(CHANGED))

    prove(deploy(fake_run.run()), outcome)

    assert [type(each) for each in outcome.errors] == [DriftError]
    assert len(outcome.results) == 3
    assert outcome.failed


def test_a_failed_second_plan_does_not_lose_results(
    fake_run: FakeRun, checks: FakeChecks, outcome: RunOutcome
) -> None:
    fake_run.fail("plan", lines(error("cannot refresh")))

    with pytest.raises(TerraformError, match="cannot refresh"):
        prove(deploy(fake_run.run()), outcome)

    assert names(outcome) == ["alb/b", "alb/a"]


def test_ctrl_c_does_not_lose_results(
    fake_run: FakeRun, checks: FakeChecks, outcome: RunOutcome
) -> None:
    checks.interrupted = True

    with pytest.raises(KeyboardInterrupt):
        prove(deploy(fake_run.run()), outcome)

    assert names(outcome) == ["alb/b", "alb/a"]


def test_a_second_plan_that_starts_while_the_run_is_interrupted_is_cancelled(
    fake_run: FakeRun,
    checks: FakeChecks,
    outcome: RunOutcome,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    start, cancelled = Deployment.watch_drift, list[None]()

    def start_interrupted(deployment: Deployment) -> DriftWatch:
        signal.raise_signal(signal.SIGTERM)
        watch = start(deployment)
        cancel = watch.cancel
        monkeypatch.setattr(watch, "cancel", lambda: cancelled.append(cancel()))
        return watch

    monkeypatch.setattr(Deployment, "watch_drift", start_interrupted)

    with pytest.raises(Terminated), sigterm_as_interrupt():
        prove(deploy(fake_run.run()), outcome)

    assert cancelled == [None]
    assert outcome.results == ()


def test_a_pattern_that_names_no_check_is_a_mistake(fake_run: FakeRun, outcome: RunOutcome) -> None:
    with pytest.raises(UsageError, match="no check matches 'nonsense'"):
        prove(deploy(fake_run.run()), outcome, only=["nonsense"])


class TestTargetThatEnds:
    """A cloud that ended is the cause; the errors of its requests follow it."""

    def test_its_end_comes_before_the_checks_that_failed_by_it(
        self, fake_run: FakeRun, outcome: RunOutcome, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        deployment = deploy(fake_run.run())

        def end(*_: object, **__: object) -> tuple[CheckResult, ...]:
            fake_run.target.running = False
            return (result("alb/a", Status.FAILED),)

        monkeypatch.setattr("harness.pipeline.prove.run_checks", end)

        prove(deployment, outcome)

        assert "no embedded cloud runs" in str(outcome.errors[0])

    def test_it_comes_before_the_error_of_the_second_plan(
        self, fake_run: FakeRun, checks: FakeChecks, outcome: RunOutcome
    ) -> None:
        deployment = deploy(fake_run.run())
        fake_run.fail("plan", lines(error("connection refused")))
        fake_run.target.running = False

        with pytest.raises(EmulatorError, match=r"no embedded cloud(?s:.*)also: .*refused"):
            prove(deployment, outcome)

    def test_a_target_that_runs_is_no_error(
        self, fake_run: FakeRun, outcome: RunOutcome, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        failed = (result("alb/a", Status.FAILED),)
        monkeypatch.setattr("harness.pipeline.prove.run_checks", lambda *_, **__: failed)

        prove(deploy(fake_run.run()), outcome)

        assert outcome.errors == []
