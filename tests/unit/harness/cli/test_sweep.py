"""``catalog-harness sweep``."""

import json
from collections.abc import Mapping
from typing import Any

import pytest

from harness.aws.caller_identity import Identity
from harness.core.errors import UsageError
from harness.run.record import RunStatus
from harness.targets.real_aws import AwsTarget
from harness.teardown.sweep import SweepReport
from harness.teardown.sweep.recorded_runs import SweepRequest
from tests.unit.harness.cli.conftest import CommandLine
from tests.unit.harness.fake_run import SUFFIX, Way
from tests.unit.harness.teardown.sweep.test_rendering import REPORT, RUN


class FakeSweeps:
    """Stands in for targets and what sweeps them."""

    def __init__(self) -> None:
        self.requests: list[SweepRequest] = []
        self.reports: tuple[SweepReport, ...] = (REPORT,)
        self.stopped = 0
        self.refuses: UsageError | None = None

    def clouds(self, request: SweepRequest, **_: Any) -> tuple[SweepReport, ...]:
        self.requests.append(request)
        return self.reports

    def target(
        self, target: object, attachment: Mapping[str, str], request: SweepRequest, **_: Any
    ) -> SweepReport:
        assert attachment == {"account": "1"}
        self.requests.append(request)
        return self.reports[0]

    def create(self, *_: object, **__: object) -> "FakeSweeps":
        return self

    def start(self) -> dict[str, str]:
        if self.refuses:
            raise self.refuses
        return {"account": "1"}

    def stop(self) -> None:
        self.stopped += 1


@pytest.fixture
def sweeps(monkeypatch: pytest.MonkeyPatch) -> FakeSweeps:
    fake = FakeSweeps()
    monkeypatch.setattr("harness.cli.sweep.sweep_clouds", fake.clouds)
    monkeypatch.setattr("harness.cli.sweep.sweep_target", fake.target)
    monkeypatch.setattr("harness.cli.sweep.create_target", fake.create)
    return fake


def test_it_only_looks_for_what_has_expired_unless_it_is_told_more(
    call: CommandLine, sweeps: FakeSweeps
) -> None:
    said = call("sweep")

    assert said.status == 0
    assert "--yes removes them" in said.out
    [request] = sweeps.requests
    assert not request.remove
    assert request.expired_before is not None
    assert request.suffixes == ()


def test_named_runs_are_swept_and_no_others(call: CommandLine, sweeps: FakeSweeps) -> None:
    call("sweep", "--environment-suffix", "pr1", "--environment-suffix", "pr2", "--yes")
    call("sweep", "--environment-suffix", "pr1", "--expired")

    named, both = sweeps.requests
    assert (named.suffixes, named.expired_before, named.remove) == (("pr1", "pr2"), None, True)
    assert both.expired_before is not None


def test_the_state_bucket_comes_from_the_option_or_the_variable_of_the_stack(
    call: CommandLine, sweeps: FakeSweeps, monkeypatch: pytest.MonkeyPatch
) -> None:
    call("sweep", "--state-bucket", "typed", "--state-bucket-region", "eu-west-1")
    monkeypatch.setenv("TERRAFORM_STATE_BUCKET", "set")
    call("sweep")

    typed, variable = sweeps.requests
    assert (typed.state_bucket, typed.state_region) == ("typed", "eu-west-1")
    assert (variable.state_bucket, variable.state_region) == ("set", None)


def test_json_is_all_there_is_on_standard_output(call: CommandLine, sweeps: FakeSweeps) -> None:
    content = json.loads(call("sweep", "--format", "json").out)

    assert content["clean"] is True
    assert content["targets"][0]["runs"][0]["environment_suffix"] == "pr1"


def test_something_left_is_status_1(call: CommandLine, sweeps: FakeSweeps) -> None:
    sweeps.reports = (SweepReport("aws", "eu-north-1", dry_run=False, runs=(RUN,)),)

    said = call("sweep", "--yes")

    assert said.status == 1
    assert "NOT CLEAN" in said.out


def test_nothing_to_sweep_is_status_0(call: CommandLine, sweeps: FakeSweeps) -> None:
    sweeps.reports = ()

    assert call("sweep", "--yes").status == 0


@pytest.mark.parametrize("suffix", ["", "Not One", "../x"])
def test_a_suffix_that_cannot_be_one_is_a_mistake(
    call: CommandLine, sweeps: FakeSweeps, suffix: str
) -> None:
    said = call("sweep", "--environment-suffix", suffix, "--yes")

    assert said.status == 2
    assert "cannot be used" in said.err
    assert sweeps.requests == []


class TestOtherTargets:
    @pytest.fixture(autouse=True)
    def another(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("harness.targets.embedded.target.EmbeddedTarget.is_per_run", False)

    def test_one_is_started_swept_and_stopped(self, call: CommandLine, sweeps: FakeSweeps) -> None:
        assert call("sweep").status == 0
        assert sweeps.stopped == 1

    def test_one_that_refuses_is_not_swept(self, call: CommandLine, sweeps: FakeSweeps) -> None:
        sweeps.refuses = UsageError("another account")

        said = call("sweep", "--yes")

        assert (said.status, sweeps.requests) == (2, [])

    def test_an_account_that_was_not_named_is_not_even_asked(
        self, call: CommandLine, sweeps: FakeSweeps
    ) -> None:
        said = call("sweep", "--target", "aws", "--yes")

        assert (said.status, sweeps.requests) == (2, [])
        assert "--account-id: not given" in said.err

    def test_the_credentials_must_be_of_the_account_that_was_named(
        self, call: CommandLine, sweeps: FakeSweeps, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        class OtherAccount(AwsTarget):
            def __init__(self) -> None:
                self.region = "eu-north-1"

            @property
            def identity(self) -> Identity:
                return Identity("210987654321", "arn:aws:iam::210987654321:user/x")

        monkeypatch.setattr("harness.cli.sweep.create_target", lambda *_, **__: OtherAccount())

        said = call("sweep", "--target", "aws", "--account-id", "123456789012", "--yes")

        assert (said.status, sweeps.requests) == (2, [])
        assert "the credentials are of account 210987654321" in said.err


def test_a_run_on_record_is_destroyed_as_destroy_does_it(
    call: CommandLine, way: Way, deployable: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("harness.teardown.sweep.embedded_clouds.attach_target", way.target.attached)
    monkeypatch.setattr("harness.teardown.sweep.embedded_clouds.sweep", lambda *_, **__: REPORT)
    assert call("deploy", *deployable).status == 0

    said = call("sweep", "--environment-suffix", SUFFIX, "--yes", "--format", "json")

    assert said.status == 0, said.err
    assert json.loads(said.out)["clean"] is True
    assert "destroy: started" in said.err, "progress is on standard error"
    assert way.verbs[-1] == "destroy"
    assert way.status is RunStatus.DESTROYED
