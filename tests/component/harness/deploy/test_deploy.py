"""Deploy with a real process in place of Terraform."""

from pathlib import Path

import pytest

from harness.core.errors import ProcessError
from harness.core.wait import wait_until
from harness.deploy.deploy import deploy
from tests.unit.harness.fake_run import FakeRun


def test_an_interrupted_synth_ends_the_parallel_init(
    fake_run: FakeRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake_run.terraform.program.write_text(_HANGS_AT_INIT.format(folder=fake_run.terraform.folder))
    started = fake_run.terraform.folder / "started"

    def interrupted(*_: object) -> None:
        _await(started)
        raise KeyboardInterrupt

    monkeypatch.setattr("harness.deploy.deploy.synthesize", interrupted)

    with pytest.raises(KeyboardInterrupt) as raised:
        deploy(fake_run.run())

    assert not isinstance(raised.value, ProcessError)
    assert (fake_run.terraform.folder / "stopped").exists()


_HANGS_AT_INIT = """#!/bin/sh
if [ "$1" = version ]; then echo 'Terraform v1.11.4'; exit; fi
trap 'touch {folder}/stopped; exit 1' INT
touch {folder}/started
while :; do sleep 0.05; done
"""


def _await(path: Path) -> None:
    wait_until(path.exists, what="init", ready=bool, timeout=60, delay=0.01)
