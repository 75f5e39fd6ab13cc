"""The stack of a pytest session, when the session is interrupted."""

import signal
from typing import Any

import pytest

from harness.core.interrupts import Terminated, sigterm_as_interrupt
from harness.deploy.deploy import Deployment
from harness.pipeline.outcome import RunOutcome
from harness.plugin.shared_stack import SharedStack
from harness.terraform.drift import DriftWatch
from tests.unit.harness.fake_run import FakeRun


def test_a_second_plan_that_starts_while_the_session_is_interrupted_is_cancelled_at_its_end(
    fake_run: FakeRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    start, cancelled = Deployment.watch_drift, list[None]()

    def start_interrupted(deployment: Deployment, **given: Any) -> DriftWatch:
        signal.raise_signal(signal.SIGTERM)
        watch = start(deployment, **given)
        cancel = watch.cancel
        monkeypatch.setattr(watch, "cancel", lambda: cancelled.append(cancel()))
        return watch

    monkeypatch.setattr(Deployment, "watch_drift", start_interrupted)
    stack = SharedStack(fake_run.run())

    with pytest.raises(Terminated), sigterm_as_interrupt():
        stack.deployment()
    stack.finish(RunOutcome())

    assert cancelled == [None]
