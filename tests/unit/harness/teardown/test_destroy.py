"""Destroying: by the record alone, with a proof, and without losing the first error."""

import json
from collections.abc import Mapping
from dataclasses import replace

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from harness.aws.resources.resource import Kind, Resource
from harness.catalog.names import physical_names
from harness.core.errors import EmulatorError, LeakError, TargetError
from harness.deploy.deploy import deploy, find_target, start_target
from harness.run.ledger import RunStatus
from harness.run.run import Run
from harness.teardown.destroy import destroy
from harness.teardown.proof import Leftover, TeardownProof
from harness.terraform.errors import TerraformError
from tests.unit.harness.fake_run import CLEAN, SUFFIX, FakeRun, observer_of
from tests.unit.harness.terraform.fake_terraform import error, lines

LEFT = TeardownProof(
    SUFFIX, (Leftover(Resource(Kind.BUCKET, "catalog-logs-pr1"), "by name"),), ("s3",)
)
BUCKET = Resource(Kind.BUCKET, "catalog-logs-pr1")
TRANSIENT = error(
    "deleting EC2 VPC: operation error EC2: DeleteVpc, https response error StatusCode: 400, "
    "RequestID: 1, api error DependencyViolation: in use",
    address="aws_vpc.main",
)


@pytest.fixture
def run(fake_run: FakeRun) -> Run:
    """A run that is up."""
    run = fake_run.run()
    deploy(run)
    return run


def test_terraform_first_then_the_proof_then_the_target(fake_run: FakeRun, run: Run) -> None:
    assert destroy(run) == CLEAN

    assert fake_run.verbs[-1] == "destroy"
    assert fake_run.target.steps[-2:] == ["prove", "stop"]
    assert fake_run.status is RunStatus.DESTROYED


def test_any_process_can_do_it_by_the_record(fake_run: FakeRun, run: Run) -> None:
    destroy(fake_run.later_run(run, reuse_stack=True, terraform=None, provider_mirror=None))

    assert fake_run.verbs[-1] == "destroy"
    assert fake_run.status is RunStatus.DESTROYED


def test_a_run_that_was_never_applied_needs_no_proof_to_be_destroyed(fake_run: FakeRun) -> None:
    run = fake_run.run()
    start_target(run, find_target(run))
    fake_run.proof = ClientError({"Error": {"Code": "AccessDenied"}}, "ListRoles")

    destroy(run)

    assert fake_run.status is RunStatus.DESTROYED
    assert "nothing was applied" in run.timeline.notes[0]


def test_a_target_whose_stack_was_never_applied_is_queried_and_stopped(fake_run: FakeRun) -> None:
    run = fake_run.run()
    start_target(run, find_target(run))

    assert destroy(run) == CLEAN
    assert "destroy" not in fake_run.verbs
    assert fake_run.target.steps[-2:] == ["prove", "stop"]


def test_what_a_start_left_that_was_never_on_record_is_removed(
    fake_run: FakeRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    removed: list[Mapping[str, str]] = []
    monkeypatch.setattr("harness.targets.embedded.EmbeddedTarget.remove_ended", removed.append)
    run = fake_run.run()
    run.begin()

    assert destroy(run) is None
    assert fake_run.status is RunStatus.DESTROYED
    assert removed == [{}]


def test_a_cloud_that_has_ended_took_everything_with_it(
    fake_run: FakeRun, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    removed: list[Mapping[str, str]] = []
    monkeypatch.setattr("harness.targets.embedded.EmbeddedTarget.remove_ended", removed.append)
    fake_run.target.running = False

    assert destroy(run) is None

    assert fake_run.status is RunStatus.DESTROYED
    assert removed == [{"cloud": "/a/cloud"}], "its files are removed too"
    assert "all that it held has ended with it" in observer_of(run).notes[-1]


def test_services_that_the_target_lacks_are_a_note(fake_run: FakeRun, run: Run) -> None:
    fake_run.proof = replace(CLEAN, unavailable={"ecs": "not offered"})

    destroy(run)

    assert run.timeline.notes == (
        "teardown proof: 2 services queried for pr1: nothing left; unavailable: ecs",
    )


class TestFailure:
    def test_a_leftover_fails_it_and_the_state_is_kept(self, fake_run: FakeRun, run: Run) -> None:
        fake_run.proof = LEFT

        with pytest.raises(LeakError, match="catalog-logs-pr1"):
            destroy(run)

        assert fake_run.status is RunStatus.DESTROYING
        assert run.workspace_directory.exists()
        assert "teardown proof" in observer_of(run).failed
        assert fake_run.target.steps[-1] == "stop"

    def test_a_failed_destroy_keeps_the_state_and_stops_the_target(
        self, fake_run: FakeRun, run: Run
    ) -> None:
        fake_run.fail("destroy", lines(error("cannot delete", address="aws_vpc.main")))

        with pytest.raises(TerraformError, match="cannot delete"):
            destroy(run)

        assert run.workspace_directory.exists()
        assert fake_run.target.steps[-1] == "stop"
        assert "prove" not in fake_run.target.steps

    def test_the_end_of_the_cloud_is_the_first_cause_and_closes_the_record(
        self, fake_run: FakeRun, run: Run, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        removed: list[Mapping[str, str]] = []
        monkeypatch.setattr("harness.targets.embedded.EmbeddedTarget.remove_ended", removed.append)
        ended = EmulatorError("no embedded cloud runs any more", remedy="deploy again")
        monkeypatch.setattr("harness.teardown.destroy.ended_target", lambda _: ended)
        fake_run.fail("destroy", lines(error("connection refused")))

        with pytest.raises(EmulatorError, match=r"^no embedded cloud.*\n  also: .*refused") as it:
            destroy(run)

        assert it.value.remedy == "deploy again"
        assert fake_run.status is RunStatus.DESTROYED
        assert removed == [{"cloud": "/a/cloud"}]
        assert not run.workspace_directory.exists()

    def test_the_failure_is_passed_on_while_the_target_runs(
        self, fake_run: FakeRun, run: Run
    ) -> None:
        fake_run.fail("destroy", lines(error("no")))
        running: list[tuple[bool, str]] = []

        with pytest.raises(TerraformError):
            destroy(run, on_failure=lambda e: running.append((fake_run.target.running, str(e))))

        ((ran, message),) = running
        assert ran
        assert "no" in message
        assert not fake_run.target.running

    def test_a_second_attempt_is_a_note(self, fake_run: FakeRun, run: Run) -> None:
        fake_run.fail("destroy", lines(TRANSIENT))
        fake_run.terraform.answer("destroy")

        destroy(run)

        assert "destroyed in two attempts: a network interface" in observer_of(run).notes[-1]

    def test_a_service_that_fails_proves_nothing(self, fake_run: FakeRun, run: Run) -> None:
        fake_run.proof = ClientError(
            {"Error": {"Code": "AccessDenied", "Message": "no"}}, "ListTasks"
        )

        with pytest.raises(TargetError, match="unknown whether anything is left"):
            destroy(run)

        assert fake_run.status is RunStatus.DESTROYING

    def test_a_target_that_does_not_stop_is_an_error(self, fake_run: FakeRun, run: Run) -> None:
        fake_run.target.stop_error = EmulatorError("ignored SIGTERM")

        with pytest.raises(EmulatorError, match="ignored SIGTERM"):
            destroy(run)

    def test_it_does_not_hide_what_failed_before(self, fake_run: FakeRun, run: Run) -> None:
        fake_run.proof = LEFT
        fake_run.target.stop_error = EmulatorError("ignored SIGTERM")

        with pytest.raises(LeakError) as raised:
            destroy(run)

        assert "could not be stopped: ignored SIGTERM" in raised.value.__notes__[0]


def swept_of(run: Run) -> str:
    return f"sweep {run.tags.run_id}"


class TestInterruptedApply:
    """The provider may have created something that never got into Terraform's state."""

    @pytest.fixture
    def run(self, fake_run: FakeRun) -> Run:
        """A run whose apply was begun and never ended well."""
        run = fake_run.run(stack_settings={"tiers": ["storage"]})
        fake_run.fail("apply", lines(error("interrupted")))
        with pytest.raises(TerraformError):
            deploy(run)
        return run

    def test_what_is_not_in_the_state_is_swept_before_terraform_can_fail_on_it(
        self, fake_run: FakeRun, run: Run
    ) -> None:
        vpc = {"mode": "managed", "type": "aws_vpc", "name": "v"}
        state = {**vpc, "instances": [{"attributes": {"id": "vpc-1"}}]}
        fake_run.terraform.clear("state pull")
        fake_run.terraform.answer("state pull", json.dumps({"resources": [state]}))
        fake_run.proof, fake_run.sweep_finds = LEFT, [(BUCKET,)]

        assert destroy(run) == CLEAN

        assert fake_run.target.steps[-3:] == [f"{swept_of(run)} vpc-1", "prove", "stop"]
        note = "swept after an interrupted apply: s3 bucket catalog-logs-pr1"
        assert observer_of(run).notes[-1] == note

    def test_what_the_proof_finds_is_swept_too(self, fake_run: FakeRun, run: Run) -> None:
        fake_run.proof, fake_run.sweep_finds = LEFT, [(), (BUCKET,)]

        assert destroy(run) == CLEAN

        swept = swept_of(run)
        assert fake_run.target.steps[-5:] == [swept, "prove", swept, "prove", "stop"]
        note = "swept after an interrupted apply: s3 bucket catalog-logs-pr1"
        assert observer_of(run).notes[-1] == note
        assert fake_run.status is RunStatus.DESTROYED

    def test_what_cannot_be_swept_is_an_error_that_the_notes_explain(
        self, fake_run: FakeRun, run: Run
    ) -> None:
        fake_run.proof, fake_run.sweep_finds, fake_run.removal_error = (
            LEFT,
            [(BUCKET,), (BUCKET,)],
            "DeleteBucket: AccessDenied: no",
        )

        with pytest.raises(LeakError, match="catalog-logs-pr1"):
            destroy(run)

        assert (
            observer_of(run).notes[-1].endswith("catalog-logs-pr1: DeleteBucket: AccessDenied: no")
        )
        assert fake_run.status is RunStatus.DESTROYING

    def test_nothing_is_noted_when_the_state_had_everything(
        self, fake_run: FakeRun, run: Run
    ) -> None:
        assert destroy(run) == CLEAN

        assert fake_run.target.steps[-3:] == [swept_of(run), "prove", "stop"]
        assert not any("swept" in note for note in observer_of(run).notes)

    def test_a_state_that_cannot_be_read_leaves_everything_to_the_sweep(
        self, fake_run: FakeRun, run: Run
    ) -> None:
        fake_run.terraform.clear("state pull")
        fake_run.terraform.answer("state pull", status=1)
        fake_run.proof, fake_run.sweep_finds = LEFT, [(BUCKET,)]

        assert destroy(run) == CLEAN

        assert fake_run.verbs[-1] != "destroy"

    def test_a_destroy_that_fails_on_it_is_no_error_once_it_is_swept(
        self, fake_run: FakeRun, run: Run
    ) -> None:
        fake_run.fail("destroy", lines(error("in use", address="aws_vpc.main")))
        fake_run.proof, fake_run.sweep_finds = LEFT, [(), (BUCKET,)]

        assert destroy(run) == CLEAN

        assert "the sweep comes next" in observer_of(run).notes[-2]
        assert fake_run.status is RunStatus.DESTROYED

    def test_a_destroy_that_fails_is_the_first_error_if_the_sweep_does_not_help(
        self, fake_run: FakeRun, run: Run
    ) -> None:
        fake_run.fail("destroy", lines(error("in use", address="aws_vpc.main")))
        fake_run.proof, fake_run.sweep_finds, fake_run.removal_error = (
            LEFT,
            [(BUCKET,), (BUCKET,)],
            "AccessDenied",
        )

        with pytest.raises(TerraformError, match="in use") as raised:
            destroy(run)

        assert "catalog-logs-pr1" in raised.value.__notes__[0]


def test_what_a_complete_deployment_left_is_swept_and_yet_an_error(
    fake_run: FakeRun, run: Run
) -> None:
    fake_run.proof, fake_run.sweep_finds = LEFT, [(BUCKET,)]

    with pytest.raises(LeakError, match="which have been swept since") as raised:
        destroy(run)

    assert "s3 bucket catalog-logs-pr1" in str(raised.value)
    assert fake_run.status is RunStatus.DESTROYED, "nothing is left"
    assert not any("swept after an interrupted" in note for note in observer_of(run).notes)


def test_a_run_that_never_applied_sweeps_nothing_because_nothing_is_its_own(
    fake_run: FakeRun,
) -> None:
    run = fake_run.run()
    start_target(run, find_target(run))
    fake_run.proof, fake_run.sweep_finds = LEFT, [(BUCKET,)]

    with pytest.raises(LeakError):
        destroy(run)

    assert not [step for step in fake_run.target.steps if step.startswith("sweep")]


class TestOwnership:
    """Which resources the proof counts as the run's."""

    def test_after_an_apply_it_is_what_has_its_tags_or_its_names(
        self, fake_run: FakeRun, run: Run
    ) -> None:
        destroy(run)

        ownership = fake_run.proved_for
        assert ownership is not None
        assert ownership.names == physical_names(SUFFIX, "eu-north-1")
        assert (ownership.run_id, ownership.requires_run_id) == (run.tags.run_id, False)

    def test_before_it_nothing_is_the_runs_but_what_carries_its_run_id(
        self, fake_run: FakeRun
    ) -> None:
        run = fake_run.run()
        start_target(run, find_target(run))
        destroy(run)

        ownership = fake_run.proved_for
        assert ownership is not None
        assert ownership.names == {}
        assert (ownership.run_id, ownership.requires_run_id) == (run.tags.run_id, True)


def test_a_target_that_cannot_be_swept_is_an_error(
    fake_run: FakeRun, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise EndpointConnectionError(endpoint_url="http://127.0.0.1:1")

    monkeypatch.setattr("harness.teardown.destroy.sweep", refuse)
    fake_run.proof = LEFT

    with pytest.raises(TargetError, match="cannot be swept"):
        destroy(run)


@pytest.mark.parametrize(
    ("summary", "reason"),
    [
        (
            "deleting CloudFront Distribution (E1): operation error CloudFront: "
            "DeleteDistribution, https response error StatusCode: 412, RequestID: 1, "
            "PreconditionFailed: The request failed",
            "ETag",
        ),
        ("deleting: operation error EC2: DeleteVpc, api error DependencyViolation: x", "network"),
        (
            "operation error Elastic Load Balancing v2: DeleteTargetGroup, https response error "
            "StatusCode: 400, RequestID: 1, ResourceInUse: Target group is in use by a listener",
            "target group",
        ),
        ("operation error S3: DeleteBucket, api error BucketNotEmpty: x", "access log"),
        (
            "operation error ECS: DeleteCluster, https response error StatusCode: 400, "
            "RequestID: 1, ClusterNotFoundException: Cluster not found.",
            "deleted already",
        ),
        (
            "operation error ECS: DeleteCluster, https response error StatusCode: 400, "
            "RequestID: 1, ClusterContainsServicesException: x",
            "ECS",
        ),
        (
            "operation error EC2: DeleteSubnet, api error RequestLimitExceeded: x",
            "rate of requests",
        ),
    ],
)
def test_a_transient_error_of_the_provider_gets_a_second_attempt(
    fake_run: FakeRun, run: Run, summary: str, reason: str
) -> None:
    fake_run.terraform.answer("destroy", lines(error(summary)), status=1)
    fake_run.terraform.answer("destroy")

    destroy(run)

    assert fake_run.verbs.count("destroy") == 2
    assert reason in observer_of(run).notes[-1]
