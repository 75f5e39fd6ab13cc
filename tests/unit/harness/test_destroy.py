"""Destroying: by the record alone, with a proof, and without losing the first error."""

from collections.abc import Mapping
from dataclasses import replace

import pytest
from botocore.exceptions import ClientError

from harness.checks.inquiry import Leftover
from harness.checks.teardown import TeardownProof
from harness.deploy import deploy, start_target
from harness.destroy import destroy
from harness.errors import EmulatorError, LeakError, TargetError
from harness.ledger import RunStatus
from harness.run import Run
from harness.terraform import TerraformError
from tests.unit.harness.terraform.fake_terraform import error, lines
from tests.unit.harness.way import CLEAN, SUFFIX, Way, witness_of

LEFT = TeardownProof(SUFFIX, (Leftover("s3", "bucket", "catalog-logs-pr1", "by name"),), ("s3",))
TRANSIENT = error(
    "deleting EC2 VPC: operation error EC2: DeleteVpc, https response error StatusCode: 400, "
    "RequestID: 1, api error DependencyViolation: in use",
    address="aws_vpc.main",
)


@pytest.fixture
def run(way: Way) -> Run:
    """A run that is up."""
    run = way.run()
    deploy(run)
    return run


def test_terraform_first_then_the_proof_then_the_target(way: Way, run: Run) -> None:
    assert destroy(run) == CLEAN

    assert way.verbs[-1] == "destroy"
    assert way.target.steps[-2:] == ["prove", "stop"]
    assert way.status is RunStatus.DESTROYED


def test_any_process_can_do_it_by_the_record(way: Way, run: Run) -> None:
    destroy(way.later(run, reuse_stack=True, terraform=None, provider_mirror=None))

    assert way.verbs[-1] == "destroy"
    assert way.status is RunStatus.DESTROYED


def test_a_target_whose_stack_was_never_applied_is_asked_and_stopped(way: Way) -> None:
    run = way.run()
    start_target(run)

    assert destroy(run) == CLEAN
    assert "destroy" not in way.verbs
    assert way.target.steps[-2:] == ["prove", "stop"]


def test_a_run_that_never_had_a_target_is_forgotten(way: Way) -> None:
    run = way.run()
    run.begin()

    assert destroy(run) is None
    assert way.status is RunStatus.DESTROYED


def test_a_cloud_that_has_ended_took_everything_with_it(
    way: Way, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    removed: list[tuple[str, Mapping[str, str]]] = []
    monkeypatch.setattr(
        "harness.destroy.remove_ended_target", lambda *target: removed.append(target)
    )
    way.target.running = False

    assert destroy(run) is None

    assert way.status is RunStatus.DESTROYED
    assert removed == [("embedded", {"cloud": "/a/cloud"})], "what it left on this machine goes too"
    assert "all that it held has ended with it" in witness_of(run).notes[-1]


def test_services_that_could_not_be_asked_are_told(way: Way, run: Run) -> None:
    way.proof = replace(CLEAN, not_asked={"ecs": "not offered"})

    destroy(run)

    assert run.timeline.notes == (
        "teardown proof: 2 services asked for pr1: nothing left; not asked: ecs",
    )


class TestFailure:
    def test_a_leftover_fails_it_and_the_state_is_kept(self, way: Way, run: Run) -> None:
        way.proof = LEFT

        with pytest.raises(LeakError, match="catalog-logs-pr1"):
            destroy(run)

        assert way.status is RunStatus.DESTROYING
        assert run.workspace_directory.exists()
        assert "teardown proof" in witness_of(run).failed
        assert way.target.steps[-1] == "stop"

    def test_a_failed_destroy_keeps_the_state_and_stops_the_target(
        self, way: Way, run: Run
    ) -> None:
        way.spoil("destroy", lines(error("cannot delete", address="aws_vpc.main")))

        with pytest.raises(TerraformError, match="cannot delete"):
            destroy(run)

        assert run.workspace_directory.exists()
        assert way.target.steps[-1] == "stop"
        assert "prove" not in way.target.steps

    def test_a_second_attempt_is_told(self, way: Way, run: Run) -> None:
        way.spoil("destroy", lines(TRANSIENT))
        way.terraform.answer("destroy")

        destroy(run)

        assert "destroyed in two attempts: EC2 still counted" in witness_of(run).notes[-1]

    def test_a_target_that_does_not_say_what_is_left_proves_nothing(
        self, way: Way, run: Run
    ) -> None:
        way.proof = ClientError({"Error": {"Code": "AccessDenied", "Message": "no"}}, "ListTasks")

        with pytest.raises(TargetError, match="does not say whether anything is left"):
            destroy(run)

        assert way.status is RunStatus.DESTROYING

    def test_a_target_that_does_not_stop_is_an_error(self, way: Way, run: Run) -> None:
        way.target.refuses_stop = EmulatorError("ignored SIGTERM")

        with pytest.raises(EmulatorError, match="ignored SIGTERM"):
            destroy(run)

    def test_it_does_not_hide_what_failed_before(self, way: Way, run: Run) -> None:
        way.proof = LEFT
        way.target.refuses_stop = EmulatorError("ignored SIGTERM")

        with pytest.raises(LeakError) as raised:
            destroy(run)

        assert "could not be stopped: ignored SIGTERM" in raised.value.__notes__[0]
