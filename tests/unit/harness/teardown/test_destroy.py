"""Destroying: by the record alone, with a proof, and without losing the first error."""

import json
from collections.abc import Mapping
from dataclasses import replace

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from harness.aws.resources.resource import Kind, Resource
from harness.core.errors import EmulatorError, LeakError, TargetError
from harness.deploy.deploy import deploy, find_target, start_target
from harness.run.record import RunStatus
from harness.run.run import Run
from harness.teardown.destroy import destroy
from harness.teardown.leftover import Leftover
from harness.teardown.proof import TeardownProof
from harness.terraform import TerraformError
from tests.unit.harness.fake_run import CLEAN, SUFFIX, Way, witness_of
from tests.unit.harness.terraform.fake_terraform import error, lines

LEFT = TeardownProof(SUFFIX, (Leftover("s3", "bucket", "catalog-logs-pr1", "by name"),), ("s3",))
BUCKET = Resource(Kind.BUCKET, "catalog-logs-pr1")
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
    start_target(run, find_target(run))

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
    removed: list[Mapping[str, str]] = []
    monkeypatch.setattr(
        "harness.targets.embedded.target.EmbeddedTarget.remove_ended", removed.append
    )
    way.target.running = False

    assert destroy(run) is None

    assert way.status is RunStatus.DESTROYED
    assert removed == [{"cloud": "/a/cloud"}], "what it left on this machine goes too"
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


def swept_of(run: Run) -> str:
    return f"sweep {run.tags.run_id}"


class TestInterruptedApply:
    """The provider may have made something that never got into Terraform's state."""

    @pytest.fixture
    def run(self, way: Way) -> Run:
        """A run whose apply was begun and never ended well."""
        run = way.run(stack_settings={"tiers": ["storage"]})
        way.spoil("apply", lines(error("interrupted")))
        with pytest.raises(TerraformError):
            deploy(run)
        return run

    def test_what_is_not_in_the_state_goes_before_terraform_can_stumble_over_it(
        self, way: Way, run: Run
    ) -> None:
        state = {"mode": "managed", "instances": [{"attributes": {"id": "vpc-1"}}]}
        way.terraform.answer("state pull", json.dumps({"resources": [state]}))
        way.proof, way.finds = LEFT, [(BUCKET,)]

        assert destroy(run) == CLEAN

        assert way.target.steps[-3:] == [f"{swept_of(run)} vpc-1", "prove", "stop"]
        note = "swept after an interrupted apply: s3 bucket catalog-logs-pr1"
        assert witness_of(run).notes[-1] == note

    def test_what_comes_to_light_later_is_swept_too(self, way: Way, run: Run) -> None:
        way.proof, way.finds = LEFT, [(), (BUCKET,)]

        assert destroy(run) == CLEAN

        swept = swept_of(run)
        assert way.target.steps[-5:] == [swept, "prove", swept, "prove", "stop"]
        note = "swept after an interrupted apply: s3 bucket catalog-logs-pr1"
        assert witness_of(run).notes[-1] == note
        assert way.status is RunStatus.DESTROYED

    def test_what_cannot_be_swept_is_an_error_that_the_notes_explain(
        self, way: Way, run: Run
    ) -> None:
        way.proof, way.finds, way.stuck = (
            LEFT,
            [(BUCKET,), (BUCKET,)],
            "DeleteBucket: AccessDenied: no",
        )

        with pytest.raises(LeakError, match="catalog-logs-pr1"):
            destroy(run)

        assert (
            witness_of(run).notes[-1].endswith("catalog-logs-pr1: DeleteBucket: AccessDenied: no")
        )
        assert way.status is RunStatus.DESTROYING

    def test_nothing_is_noted_when_terraform_knew_of_everything(self, way: Way, run: Run) -> None:
        assert destroy(run) == CLEAN

        assert way.target.steps[-3:] == [swept_of(run), "prove", "stop"]
        assert not any("swept" in note for note in witness_of(run).notes)

    def test_a_state_that_cannot_be_read_leaves_everything_to_the_sweep(
        self, way: Way, run: Run
    ) -> None:
        way.terraform.answer("state pull", status=1)
        way.proof, way.finds = LEFT, [(BUCKET,)]

        assert destroy(run) == CLEAN

        assert way.verbs[-1] != "destroy"

    def test_a_destroy_that_stumbles_over_it_is_no_error_once_it_is_swept(
        self, way: Way, run: Run
    ) -> None:
        way.spoil("destroy", lines(error("in use", address="aws_vpc.main")))
        way.proof, way.finds = LEFT, [(), (BUCKET,)]

        assert destroy(run) == CLEAN

        assert "the sweep comes next" in witness_of(run).notes[-2]
        assert way.status is RunStatus.DESTROYED

    def test_a_destroy_that_fails_is_the_first_error_if_the_sweep_does_not_help(
        self, way: Way, run: Run
    ) -> None:
        way.spoil("destroy", lines(error("in use", address="aws_vpc.main")))
        way.proof, way.finds, way.stuck = LEFT, [(BUCKET,), (BUCKET,)], "AccessDenied"

        with pytest.raises(TerraformError, match="in use") as raised:
            destroy(run)

        assert "catalog-logs-pr1" in raised.value.__notes__[0]


def test_what_a_complete_deployment_left_is_swept_and_yet_an_error(way: Way, run: Run) -> None:
    way.proof, way.finds = LEFT, [(BUCKET,)]

    with pytest.raises(LeakError, match="which have been swept since") as raised:
        destroy(run)

    assert "s3 bucket catalog-logs-pr1" in str(raised.value)
    assert way.status is RunStatus.DESTROYED, "nothing is left"
    assert not any("swept after an interrupted" in note for note in witness_of(run).notes)


def test_a_run_that_never_applied_sweeps_nothing_because_nothing_is_its_own(way: Way) -> None:
    run = way.run()
    start_target(run, find_target(run))
    way.proof, way.finds = LEFT, [(BUCKET,)]

    with pytest.raises(LeakError):
        destroy(run)

    assert not [step for step in way.target.steps if step.startswith("sweep")]


def test_a_target_that_cannot_be_swept_is_an_error(
    way: Way, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise EndpointConnectionError(endpoint_url="http://127.0.0.1:1")

    monkeypatch.setattr("harness.teardown.leftovers.sweep", refuse)
    way.proof = LEFT

    with pytest.raises(TargetError, match="cannot be swept"):
        destroy(run)
