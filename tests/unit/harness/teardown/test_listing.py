"""The list of runs: state, owner, and what destroying them would do."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from harness.run.ledger import Ledger, RunRecord, RunStatus
from harness.run.owner import run_lock
from harness.teardown.listing import ListedRun, list_runs

RECORD = RunRecord("pr1", "aws", "eu-north-1", RunStatus.DEPLOYED, "2026-01-01T00:00:00+00:00")


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    return Ledger(tmp_path)


def listed(ledger: Ledger, **changes: Any) -> ListedRun:
    ledger.save(replace(RECORD, **changes))
    (run,) = list_runs(ledger)
    return run


@pytest.mark.parametrize(
    ("changes", "does"),
    [
        ({}, "close the record: no target was started"),
        ({"attachment": {"account": "1"}}, "prove that nothing was created"),
        (
            {"attachment": {"account": "1"}, "applied": True},
            "terraform destroy, sweep, teardown proof",
        ),
        (
            {"attachment": {"cloud": "/no/cloud"}, "target": "embedded", "applied": True},
            "remove local files: no embedded cloud runs in /no/cloud any more",
        ),
        (
            {"attachment": {"endpoint": "x"}, "target": "embedded"},
            "fail: the attachment ['endpoint'] on record is not that of target embedded: "
            "KeyError('cloud')",
        ),
    ],
    ids=["no target", "nothing applied", "applied", "ended cloud", "forged"],
)
def test_what_destroy_would_do(ledger: Ledger, changes: dict[str, Any], does: str) -> None:
    assert listed(ledger, **changes).destroy == does


def test_a_run_in_use_has_an_owner(ledger: Ledger) -> None:
    ledger.save(RECORD)
    with run_lock(ledger.directory("pr1"), "pytest"):
        run = listed(ledger, status=RunStatus.DEPLOYING)

    assert "(pytest) since" in run.owner
    assert (run.destroy, run.abandoned) == ("refuse, as it is in use", "")


def test_a_free_run_that_is_not_deployed_is_abandoned(ledger: Ledger) -> None:
    assert "ended without a complete teardown" in listed(ledger, status=RunStatus.FAILED).abandoned
    assert listed(ledger).abandoned == ""


def test_a_start_without_time_zone_is_in_utc(ledger: Ledger) -> None:
    assert listed(ledger, started_at="2026-01-01T00:00:00").age_minutes == pytest.approx(
        listed(ledger).age_minutes, abs=1
    )


def test_destroyed_runs_are_not_listed(ledger: Ledger) -> None:
    ledger.save(replace(RECORD, status=RunStatus.DESTROYED))

    assert list(list_runs(ledger)) == []
