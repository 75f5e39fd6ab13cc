"""``terraform init`` beside the start of the target."""

from typing import Any

import pytest

from harness.core.errors import EmulatorError
from harness.core.wait import wait_until
from harness.deploy.deploy import deploy
from harness.deploy.initialization import initialization
from harness.deploy.workspace import find_tools
from tests.unit.harness.fake_run import FakeRun


def test_the_target_starts_meanwhile(fake_run: FakeRun, monkeypatch: pytest.MonkeyPatch) -> None:
    start = fake_run.target.start

    def start_after_init() -> Any:
        wait_until(
            lambda: fake_run.verbs, ready=lambda verbs: "init" in verbs, timeout=30, what="init"
        )
        return start()

    monkeypatch.setattr(fake_run.target, "start", start_after_init)

    deploy(fake_run.run())

    assert fake_run.verbs[-1] == "apply"


def test_nothing_runs_after_a_target_that_did_not_start(fake_run: FakeRun) -> None:
    fake_run.target.start_error = EmulatorError("no port")

    with pytest.raises(EmulatorError, match="no port"):
        deploy(fake_run.run())

    assert "apply" not in fake_run.verbs


def test_a_run_that_is_refused_is_not_initialized(fake_run: FakeRun) -> None:
    run = fake_run.run()
    tools = find_tools(run.settings.terraform, run.settings.provider_mirror)

    with initialization(run, fake_run.target, tools):
        pass

    assert fake_run.verbs == []


def test_it_runs_once(fake_run: FakeRun) -> None:
    run = fake_run.run()
    run.begin()
    tools = find_tools(run.settings.terraform, run.settings.provider_mirror)

    with initialization(run, fake_run.target, tools) as initialize:
        initialize().result()
        initialize().result()

    assert fake_run.verbs == ["init"]
