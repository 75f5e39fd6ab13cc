"""``catalog-harness sweep``."""

import json
from collections.abc import Mapping
from typing import Any

import pytest

from harness.aws.caller_identity import Identity
from harness.core.errors import UsageError
from harness.run.ledger import RunStatus
from harness.targets.real_aws import AwsTarget
from harness.teardown.sweep.recorded_runs import SweepRequest
from harness.teardown.sweep.report import SweepReport
from tests.unit.harness.cli.conftest import CommandLine
from tests.unit.harness.fake_run import SUFFIX, FakeRun
from tests.unit.harness.fake_target import UnusedTarget
from tests.unit.harness.teardown.sweep.test_rendering import REPORT, RUN


class FakeSweeps(UnusedTarget):
    """Stands in for targets and what sweeps them."""

    def __init__(self) -> None:
        self.requests: list[SweepRequest] = []
        self.reports: tuple[SweepReport, ...] = (REPORT,)
        self.stopped = 0
        self.start_error: UsageError | None = None

    def clouds(self, request: SweepRequest, **_: Any) -> tuple[SweepReport, ...]:
        self.requests.append(request)
        return self.reports

    def target(
        self, target: object, attachment: Mapping[str, str], request: SweepRequest, **_: Any
    ) -> SweepReport:
        assert attachment == {"account": "1"}
        self.requests.append(request)
        return self.reports[0]

    def start(self) -> dict[str, str]:
        if self.start_error:
            raise self.start_error
        return {"account": "1"}

    def stop(self) -> None:
        self.stopped += 1


@pytest.fixture
def sweeps(monkeypatch: pytest.MonkeyPatch) -> FakeSweeps:
    fake = FakeSweeps()
    monkeypatch.setattr("harness.cli.sweep.sweep_clouds", fake.clouds)
    monkeypatch.setattr("harness.cli.sweep.sweep_target", fake.target)
    monkeypatch.setattr("harness.cli.sweep.create_target", lambda *_, **__: fake)
    return fake


def test_by_default_only_expired_runs_are_listed(call: CommandLine, sweeps: FakeSweeps) -> None:
    completed = call("sweep")

    assert completed.status == 0
    assert "--yes removes them" in completed.out
    [request] = sweeps.requests
    assert not request.remove
    assert request.expired_before is not None
    assert request.suffixes == ()


def test_only_the_named_runs_are_swept(call: CommandLine, sweeps: FakeSweeps) -> None:
    call("sweep", "--environment-suffix", "pr1", "--environment-suffix", "pr2", "--yes")
    call("sweep", "--environment-suffix", "pr1", "--expired")

    named, both = sweeps.requests
    assert (named.suffixes, named.expired_before, named.remove) == (("pr1", "pr2"), None, True)
    assert both.expired_before is not None


def test_the_state_bucket_is_set_by_option_or_variable(
    call: CommandLine, sweeps: FakeSweeps, monkeypatch: pytest.MonkeyPatch
) -> None:
    call("sweep", "--state-bucket", "typed", "--state-bucket-region", "eu-west-1")
    monkeypatch.setenv("TERRAFORM_STATE_BUCKET", "set")
    call("sweep")

    typed, variable = sweeps.requests
    assert (typed.state_bucket, typed.state_region) == ("typed", "eu-west-1")
    assert (variable.state_bucket, variable.state_region) == ("set", None)


def test_with_json_standard_output_contains_nothing_else(
    call: CommandLine, sweeps: FakeSweeps
) -> None:
    content = json.loads(call("sweep", "--format", "json").out)

    assert content["clean"] is True
    assert content["targets"][0]["runs"][0]["environment_suffix"] == "pr1"


def test_leftovers_are_exit_status_1(call: CommandLine, sweeps: FakeSweeps) -> None:
    sweeps.reports = (SweepReport("aws", "eu-north-1", dry_run=False, runs=(RUN,)),)

    completed = call("sweep", "--yes")

    assert completed.status == 1
    assert "NOT CLEAN" in completed.out


def test_nothing_to_sweep_is_exit_status_0(call: CommandLine, sweeps: FakeSweeps) -> None:
    sweeps.reports = ()

    assert call("sweep", "--yes").status == 0


@pytest.mark.parametrize("suffix", ["", "Not One", "../x"])
def test_an_invalid_suffix_is_a_usage_error(
    call: CommandLine, sweeps: FakeSweeps, suffix: str
) -> None:
    completed = call("sweep", "--environment-suffix", suffix, "--yes")

    assert completed.status == 2
    assert "invalid environment suffix" in completed.err
    assert sweeps.requests == []


class TestOtherTargets:
    @pytest.fixture(autouse=True)
    def another(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("harness.targets.embedded.EmbeddedTarget.is_per_run", False)

    def test_a_target_is_started_swept_and_stopped(
        self, call: CommandLine, sweeps: FakeSweeps
    ) -> None:
        assert call("sweep").status == 0
        assert sweeps.stopped == 1

    def test_a_target_that_does_not_start_is_not_swept(
        self, call: CommandLine, sweeps: FakeSweeps
    ) -> None:
        sweeps.start_error = UsageError("another account")

        completed = call("sweep", "--yes")

        assert (completed.status, sweeps.requests) == (2, [])

    def test_without_an_account_id_no_request_is_sent(
        self, call: CommandLine, sweeps: FakeSweeps
    ) -> None:
        completed = call("sweep", "--target", "aws", "--yes")

        assert (completed.status, sweeps.requests) == (2, [])
        assert "--account-id: not given" in completed.err

    def test_the_credentials_must_belong_to_the_given_account(
        self, call: CommandLine, sweeps: FakeSweeps, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        class OtherAccount(AwsTarget):
            def __init__(self) -> None:
                self.region = "eu-north-1"

            @property
            def identity(self) -> Identity:
                return Identity("210987654321", "arn:aws:iam::210987654321:user/x")

        monkeypatch.setattr("harness.cli.sweep.create_target", lambda *_, **__: OtherAccount())

        completed = call("sweep", "--target", "aws", "--account-id", "123456789012", "--yes")

        assert (completed.status, sweeps.requests) == (2, [])
        assert "the credentials belong to account 210987654321" in completed.err


def test_a_run_on_record_is_destroyed_by_the_command_destroy(
    call: CommandLine,
    fake_run: FakeRun,
    deployable: tuple[str, ...],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(
        "harness.teardown.sweep.embedded_clouds.attach_target", fake_run.target.attached
    )
    monkeypatch.setattr("harness.teardown.sweep.embedded_clouds.sweep", lambda *_, **__: REPORT)
    assert call("deploy", *deployable).status == 0

    completed = call("sweep", "--environment-suffix", SUFFIX, "--yes", "--format", "json")

    assert completed.status == 0, completed.err
    assert json.loads(completed.out)["clean"] is True
    assert "destroy: started" in completed.err, "progress is on standard error"
    assert fake_run.verbs[-1] == "destroy"
    assert fake_run.status is RunStatus.DESTROYED


@pytest.mark.parametrize("layout", ["table", "json"])
def test_a_record_that_cannot_be_read_is_exit_status_1(
    call: CommandLine, sweeps: FakeSweeps, fake_run: FakeRun, layout: str
) -> None:
    sweeps.reports = ()
    bad = fake_run.ledger.directory("bad")
    bad.mkdir(parents=True)
    (bad / "run.json").write_text("{")

    completed = call("sweep", "--yes", "--format", layout)

    assert completed.status == 1
    assert f"the record {bad / 'run.json'} cannot be read" in completed.err
    if layout == "json":
        content = json.loads(completed.out)
        assert (content["clean"], len(content["unreadable"])) == (False, 1)
