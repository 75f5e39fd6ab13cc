"""Sweeping embedded clouds by the ledger."""

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest

from harness.catalog import CATALOG
from harness.core.errors import EmulatorError, HarnessError
from harness.run.ledger import Ledger, RunRecord, RunStatus
from harness.run.owner import Owner, run_lock
from harness.teardown.sweep.embedded_clouds import sweep_clouds
from harness.teardown.sweep.recorded_runs import SweepRequest
from harness.teardown.sweep.report import SweepReport
from tests.unit.harness.aws.resources.fake_account import NOW, PAST, REGION, SUFFIX, tags
from tests.unit.harness.teardown.sweep.test_sweep import Account


class Clouds:
    """Embedded clouds, one of which may have ended."""

    def __init__(self, folder: Path, patch: pytest.MonkeyPatch) -> None:
        self.ledger = Ledger(folder)
        self.account = Account(a=tags())
        self.ended: set[str] = set()
        self.torn_down: list[str] = []
        self.refuses: HarnessError | None = None
        patch.setattr("harness.teardown.sweep.embedded_clouds.attach_target", self._attach)

    def _attach(self, _name: str, _region: str, attachment: Mapping[str, str]) -> Any:
        if attachment["cloud"] in self.ended:
            raise EmulatorError("no embedded cloud runs there any more")
        return self.account.target

    in_use: Mapping[str, Owner] = MappingProxyType({})

    def record(self, suffix: str = SUFFIX, **given: Any) -> None:
        values: dict[str, Any] = {
            "target": "embedded",
            "region": REGION,
            "status": RunStatus.DEPLOYED,
            "started_at": "2026-05-31T20:00:00+00:00",
            "attachment": {"cloud": f"/clouds/{suffix}"},
            "expires_at": PAST,
        }
        self.ledger.begin(RunRecord(suffix, **{**values, **given}))

    def sweep(self, *suffixes: str, remove: bool = True) -> list[SweepReport]:
        before = None if suffixes else NOW
        request = SweepRequest(suffixes, before, remove=remove, in_use=self.in_use)
        return list(
            sweep_clouds(
                request,
                region=REGION,
                stack=CATALOG,
                ledger=self.ledger,
                teardown=self._tear_down,
            )
        )

    def _tear_down(self, record: RunRecord) -> object:
        self.torn_down.append(record.environment_suffix)
        if self.refuses:
            raise self.refuses
        return None if record.attachment.get("cloud") in self.ended else "nothing left"


@pytest.fixture
def clouds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Clouds:
    return Clouds(tmp_path, monkeypatch)


def test_an_expired_run_is_destroyed_with_its_cloud(clouds: Clouds) -> None:
    clouds.record()

    [report] = clouds.sweep()

    assert clouds.torn_down == [SUFFIX]
    assert report.is_clean
    [run] = report.runs
    assert (run.why, run.proof) == ("expired at 2026-05-31T22:00:00Z", "nothing left")
    assert [each.identifier for each in run.resources] == ["vpc-a"]


def test_a_dry_run_looks_into_the_cloud_and_leaves_it(clouds: Clouds) -> None:
    clouds.record()

    [report] = clouds.sweep(remove=False)

    assert clouds.torn_down == []
    assert report.dry_run
    assert report.runs[0].resources


@pytest.mark.parametrize(
    "given",
    [
        {"expires_at": ""},
        {"expires_at": "2999-01-01T00:00:00Z"},
        {"region": "eu-west-1"},
        {"target": "aws"},
    ],
    ids=["undated", "alive", "other region", "other target"],
)
def test_a_run_that_has_not_expired_or_is_elsewhere_stays(
    clouds: Clouds, given: dict[str, Any]
) -> None:
    clouds.record(**given)

    assert clouds.sweep() == []


@pytest.mark.parametrize("attachment", [{}, {"cloud": "/clouds/pr1"}])
@pytest.mark.parametrize("status", [RunStatus.STARTING, RunStatus.DEPLOYING, RunStatus.FAILED])
def test_a_run_whose_deploying_process_is_gone_is_swept_before_it_expires(
    clouds: Clouds, status: RunStatus, attachment: dict[str, str]
) -> None:
    clouds.record(status=status, expires_at="2999-01-01T00:00:00Z", attachment=attachment)

    [report] = clouds.sweep()

    assert clouds.torn_down == [SUFFIX]
    assert "its process ended" in report.runs[0].why


def test_a_run_whose_process_is_alive_stays(clouds: Clouds) -> None:
    clouds.record(status=RunStatus.DEPLOYING)
    with run_lock(clouds.ledger.directory(SUFFIX), "pytest"):
        clouds.in_use = clouds.ledger.owners()

        assert clouds.sweep() == []


def test_named_ones_go_and_no_others(clouds: Clouds) -> None:
    clouds.record("pr1", expires_at="")
    clouds.record("pr2")

    [report] = clouds.sweep("pr1")

    assert clouds.torn_down == ["pr1"]
    assert report.runs[0].why == "named"


def test_a_named_run_that_never_had_a_cloud_is_forgotten(clouds: Clouds) -> None:
    clouds.record(attachment={})

    [report] = clouds.sweep(SUFFIX)

    assert report.is_clean
    assert clouds.torn_down == [SUFFIX]


def test_a_run_whose_cloud_has_ended_is_forgotten_expired_or_not(clouds: Clouds) -> None:
    clouds.record(expires_at="")
    clouds.ended = {f"/clouds/{SUFFIX}"}

    [report] = clouds.sweep()

    assert report.is_clean
    assert report.runs[0].proof == "its embedded cloud has ended, and everything in it"


def test_a_failed_teardown_is_reported_and_the_others_go_on(clouds: Clouds) -> None:
    clouds.record("pr1")
    clouds.record("pr2")
    clouds.refuses = HarnessError("cannot delete")

    reports = clouds.sweep()

    assert len(clouds.torn_down) == 2
    assert [report.runs[0].errors for report in reports] == [("cannot delete",)] * 2
    assert not any(report.is_clean for report in reports)
