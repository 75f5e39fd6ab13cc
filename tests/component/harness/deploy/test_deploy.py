"""Deploy with a real process in place of Terraform."""

from pathlib import Path

import pytest

from harness.catalog.definition import CatalogDefinition
from harness.core.errors import ProcessError
from harness.core.wait import wait_until
from harness.deploy.deploy import deploy
from harness.terraform.errors import TerraformError
from tests.unit.harness.deploy.ecs_service import PULL, SERVICE, ecs, task
from tests.unit.harness.fake_run import FakeRun, observer_of


def test_an_interrupted_synth_ends_the_parallel_init(
    fake_run: FakeRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake_run.terraform.program.write_text(_HANGS_AT_INIT.format(folder=fake_run.terraform.folder))
    started = fake_run.terraform.folder / "started"

    def interrupted(*_: object, **__: object) -> None:
        _await(started)
        raise KeyboardInterrupt

    monkeypatch.setattr("harness.deploy.deploy.synthesize", interrupted)

    with pytest.raises(KeyboardInterrupt) as raised:
        deploy(fake_run.run())

    assert not isinstance(raised.value, ProcessError)
    assert (fake_run.terraform.folder / "stopped").exists()


def test_an_apply_whose_service_cannot_become_stable_is_interrupted_once(
    fake_run: FakeRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = fake_run.terraform.folder
    fake_run.terraform.program.write_text(_HANGS_AT_APPLY.format(folder=folder))
    session = ecs(task(PULL), task(PULL), task(PULL))
    monkeypatch.setattr(fake_run.target, "session", lambda: session)
    monkeypatch.setattr(CatalogDefinition, "ecs_services", lambda *_: [SERVICE])
    run = fake_run.run()

    with pytest.raises(TerraformError) as raised:
        deploy(run)

    assert raised.value.message.startswith(f"ECS service {SERVICE.name}: {PULL}")
    assert (folder / "interrupts").read_text() == "1\n"
    assert "ecs/image-not-found" in "".join(raised.value.__notes__)
    (note,) = observer_of(run).notes
    assert PULL in note


_HANGS_AT_APPLY = """#!/bin/sh
if [ "$1" = version ]; then echo 'Terraform v1.11.4'; exit; fi
if [ "$1" != apply ]; then mkdir -p .terraform; exit; fi
trap 'echo 1 >> {folder}/interrupts; exit 1' INT
while :; do sleep 0.05; done
"""

_HANGS_AT_INIT = """#!/bin/sh
if [ "$1" = version ]; then echo 'Terraform v1.11.4'; exit; fi
trap 'touch {folder}/stopped; exit 1' INT
touch {folder}/started
while :; do sleep 0.05; done
"""


def _await(path: Path) -> None:
    wait_until(path.exists, what="init", ready=bool, timeout=60, delay=0.01)
