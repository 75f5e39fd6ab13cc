"""The watchdog acts only on runs whose owner was killed."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from harness.run.ledger import Ledger, RunRecord, RunStatus
from harness.run.lock_files import LOCK_FILE
from harness.run.owner import run_lock
from harness.run.watchdog import main, must_act

RECORD = RunRecord("pr1", "embedded", "eu-north-1", RunStatus.DEPLOYING, "2026-01-01T00:00:00")
KILLED = json.dumps({"pid": 1, "started": "", "since": "", "activity": "pytest"})


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    ledger = Ledger(tmp_path)
    ledger.begin(RECORD)
    with run_lock(ledger.directory("pr1"), "pytest"):
        pass
    return ledger.directory("pr1")


@pytest.mark.parametrize("keep", [True, False])
@pytest.mark.parametrize("status", RunStatus)
def test_it_destroys_what_a_killed_owner_left_unless_it_was_to_be_kept(
    folder: Path, tmp_path: Path, status: RunStatus, keep: bool
) -> None:
    Ledger(tmp_path).save(replace(RECORD, status=status, keep=keep))
    (folder / LOCK_FILE).write_text(KILLED)

    kept = status is RunStatus.DEPLOYED and keep
    assert must_act(folder) == (status is not RunStatus.DESTROYED and not kept)


def test_it_ends_with_a_run_that_was_released_in_order(folder: Path) -> None:
    assert not must_act(folder)
    assert main([str(folder)]) == 0


def test_it_ends_with_a_run_that_never_began(tmp_path: Path) -> None:
    assert main([str(tmp_path / "gone")]) == 0
