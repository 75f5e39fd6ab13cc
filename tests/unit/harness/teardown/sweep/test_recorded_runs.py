"""Sweeping a target with its ledger and its state bucket."""

import io
from pathlib import Path
from typing import Any

import pytest

from harness.catalog import CATALOG
from harness.core.errors import HarnessError, UsageError
from harness.run.ledger import Ledger, RunRecord, RunStatus
from harness.teardown.sweep.recorded_runs import SweepRequest, sweep_target
from harness.teardown.sweep.report import SweepReport
from harness.teardown.sweep.sweep import sweep
from tests.unit.harness.aws.resources.fake_account import NOW, PAST, REGION, SUFFIX, tags
from tests.unit.harness.checks.fake_aws import RefusalError
from tests.unit.harness.teardown.sweep.test_sweep import Account
from tests.unit.harness.teardown.test_remote_state import state

ATTACHMENT = {"account": "123456789012"}
KEY = f"{SUFFIX}/catalog.tfstate"


class Runs:
    """A ledger, a state bucket and an account."""

    def __init__(self, folder: Path) -> None:
        self.ledger = Ledger(folder)
        self.account = Account()
        self.states: dict[str, bytes] = {}
        self.torn_down: list[str] = []
        self.refuses: HarnessError | None = None
        self.account.answer(
            "s3.ListObjectsV2", lambda _: {"Contents": [{"Key": key} for key in self.states]}
        )
        self.account.answer(
            "s3.GetObject", lambda request: {"Body": io.BytesIO(self.states[request["Key"]])}
        )
        self.account.answer("s3.DeleteObject", self._delete)

    def _delete(self, request: dict[str, Any]) -> dict[str, Any]:
        del self.states[request["Key"]]
        return {}

    def record(self, suffix: str = SUFFIX, **given: Any) -> None:
        values: dict[str, Any] = {
            "target": "localstack",
            "region": REGION,
            "status": RunStatus.DEPLOYING,
            "started_at": "2026-05-31T20:00:00+00:00",
            "attachment": ATTACHMENT,
            "expires_at": PAST,
        }
        self.ledger.begin(RunRecord(suffix, **{**values, **given}))
        (self.ledger.directory(suffix) / "terraform").mkdir()

    def sweep(self, **request: Any) -> SweepReport:
        given = {"expired_before": NOW, "remove": True, "state_bucket": "states", **request}
        return sweep_target(
            self.account.target.as_target,
            ATTACHMENT,
            SweepRequest(**given),
            stack=CATALOG,
            ledger=self.ledger,
            teardown=self._tear_down,
        )

    def _tear_down(self, record: RunRecord) -> None:
        self.torn_down.append(record.environment_suffix)
        if self.refuses:
            raise self.refuses
        self.account.vpcs.clear()


@pytest.fixture
def runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Runs:
    monkeypatch.setattr("harness.teardown.sweep.recorded_runs.sweep", _without_pauses)
    return Runs(tmp_path)


def _without_pauses(*given: Any, **options: Any) -> SweepReport:
    return sweep(*given, patience=0.0, **options)


class TestOnRecord:
    def test_a_run_that_has_expired_is_destroyed_with_its_own_terraform_first(
        self, runs: Runs
    ) -> None:
        runs.record()
        runs.account.vpcs = {"vpc-a": tags()}

        [run] = runs.sweep().runs

        assert runs.torn_down == [SUFFIX]
        assert run.is_clean
        assert "destroyed with its Terraform state" in run.notes
        assert runs.ledger.records() == ()
        assert not (runs.ledger.directory(SUFFIX) / "terraform").exists()

    def test_one_whose_destroy_fails_is_swept_all_the_same(self, runs: Runs) -> None:
        runs.record()
        runs.account.vpcs = {"vpc-a": tags()}
        runs.refuses = HarnessError("no state")

        [run] = runs.sweep().runs

        assert run.is_clean
        assert "its own destroy failed: no state" in run.notes
        assert runs.ledger.records() == ()

    def test_a_run_known_by_its_tags_alone_is_reported_although_its_destroy_left_nothing(
        self, runs: Runs
    ) -> None:
        runs.record(expires_at="")
        runs.account.vpcs = {"vpc-a": tags()}

        [run] = runs.sweep().runs

        assert run.is_clean
        assert runs.torn_down == [SUFFIX]

    @pytest.mark.parametrize(
        "elsewhere",
        [{"attachment": {"account": "2"}}, {"region": "eu-west-1"}, {"target": "aws"}],
        ids=["account", "region", "target"],
    )
    def test_a_run_somewhere_else_is_none_of_this_sweep(
        self, runs: Runs, elsewhere: dict[str, Any]
    ) -> None:
        runs.record(**elsewhere)

        assert runs.sweep().runs == ()
        assert runs.torn_down == []
        assert len(runs.ledger.records()) == 1

    def test_what_is_left_stays_on_record(self, runs: Runs) -> None:
        runs.record()
        runs.account.vpcs = {"vpc-a": tags()}
        runs.account.refused = {"vpc-a"}
        runs.refuses = HarnessError("no state")
        runs.states = {KEY: state(PAST)}

        report = runs.sweep()

        assert not report.is_clean
        assert len(runs.ledger.records()) == 1
        assert list(runs.states) == [KEY], "the state is deleted last"


class TestStates:
    def test_a_state_tells_of_a_run_and_goes_with_its_lock_when_nothing_is_left(
        self, runs: Runs
    ) -> None:
        runs.states = {KEY: state(PAST), f"{KEY}.tflock": b"{}", "alive/catalog.tfstate": b"{}"}

        [run] = runs.sweep().runs

        assert run.environment_suffix == SUFFIX
        assert f"state removed: s3://states/{KEY}" in run.notes
        assert list(runs.states) == ["alive/catalog.tfstate"]

    def test_one_that_may_not_be_deleted_is_an_error(self, runs: Runs) -> None:
        def refuse(_: object) -> dict[str, Any]:
            raise RefusalError("AccessDenied")

        runs.states = {KEY: state(PAST)}
        runs.account.answer("s3.DeleteObject", refuse)

        report = runs.sweep()

        assert "AccessDenied" in report.runs[0].errors[0]
        assert not report.is_clean

    def test_a_bucket_that_cannot_be_read_ends_it_before_anything_is_removed(
        self, runs: Runs
    ) -> None:
        def refuse(_: object) -> dict[str, Any]:
            raise RefusalError("NoSuchBucket")

        runs.account.vpcs = {"vpc-a": tags()}
        runs.account.answer("s3.ListObjectsV2", refuse)

        with pytest.raises(UsageError, match="NoSuchBucket"):
            runs.sweep()

        assert runs.account.vpcs

    def test_without_a_bucket_none_is_queried(self, runs: Runs) -> None:
        runs.states = {KEY: state(PAST)}

        assert runs.sweep(state_bucket=None).runs == ()


def test_a_dry_run_shows_where_each_run_is_known_from_and_touches_nothing(runs: Runs) -> None:
    runs.record()
    runs.account.vpcs = {"vpc-a": tags()}
    runs.states = {KEY: state(PAST)}

    [run] = runs.sweep(remove=False).runs

    assert run.state == (f"s3://states/{KEY}",)
    assert run.notes == ("on record as deploying since 2026-05-31T20:00:00+00:00",)
    assert (runs.torn_down, list(runs.account.vpcs), list(runs.states)) == ([], ["vpc-a"], [KEY])
