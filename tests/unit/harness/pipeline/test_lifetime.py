"""The lifetime of a stack: whatever happens, it ends destroyed, and the first error is first."""

import pytest

from harness.aws.resources.resource import Kind, Resource
from harness.core.errors import (
    DurationError,
    EmulatorError,
    HarnessError,
    LeakError,
    ToolNotFoundError,
    UsageError,
)
from harness.pipeline.lifetime import deployed, teardown
from harness.run.record import RunStatus
from harness.run.run import Run
from harness.teardown.proof import Leftover, TeardownProof
from harness.terraform import TerraformError
from tests.unit.harness.core.test_deadline import Clock
from tests.unit.harness.fake_run import CLEAN, SUFFIX, Way, witness_of
from tests.unit.harness.terraform.fake_terraform import error, lines

AWS_ERROR = lines(
    error(
        "creating S3 Bucket (b): operation error S3: CreateBucket, https response error "
        "StatusCode: 409, RequestID: 1, api error BucketAlreadyExists: taken",
        address="aws_s3_bucket.logs",
    )
)


def deploy_and(run: Run, *, keep: bool = False, fail: BaseException | None = None) -> None:
    with deployed(run, keep=keep):
        if fail is not None:
            raise fail


class TestWayOfARun:
    def test_it_deploys_on_the_way_in_and_destroys_and_proves_on_the_way_out(
        self, way: Way
    ) -> None:
        run = way.run()

        with deployed(run) as deployment:
            assert way.ledger.get(SUFFIX).status is RunStatus.DEPLOYED
            assert way.verbs[-1] == "apply"
            assert deployment.outputs.log_bucket_name == "catalog-logs-pr1"

        assert way.verbs[-1] == "destroy"
        assert way.target.steps == ["create for 1", "start", "prove", "stop"]
        assert way.status is RunStatus.DESTROYED
        assert not run.workspace_directory.exists()

    def test_every_phase_is_on_the_timeline(self, way: Way) -> None:
        run = way.run()
        deploy_and(run)

        names = {phase.name for phase in run.timeline.phases}
        assert {"start target", "synth", "init", "apply", "destroy", "teardown proof"} <= names
        assert [each.address for each in run.timeline.resources] == ["aws_s3_bucket.logs"]

    def test_the_run_is_on_record_before_its_target_starts(self, way: Way) -> None:
        deploy_and(way.run())

        assert way.target.on_record_at_start is RunStatus.STARTING

    def test_an_earlier_run_that_was_destroyed_does_not_stand_in_the_way(self, way: Way) -> None:
        run = way.run()
        deploy_and(run)
        deploy_and(way.later(run))

        assert way.verbs.count("apply") == 2


class TestFailure:
    @pytest.mark.parametrize("failure", [ValueError("test"), KeyboardInterrupt(), SystemExit(3)])
    def test_whatever_ends_the_body_the_stack_is_destroyed(
        self, way: Way, failure: BaseException
    ) -> None:
        with pytest.raises(type(failure)) as raised:
            deploy_and(way.run(), fail=failure)

        assert raised.value is failure
        assert way.status is RunStatus.DESTROYED

    def test_a_failed_apply_ends_destroyed_with_the_aws_error_first(self, way: Way) -> None:
        way.spoil("apply", AWS_ERROR)

        with pytest.raises(TerraformError, match="BucketAlreadyExists"):
            deploy_and(way.run())

        assert way.verbs[-2:] == ["apply", "destroy"]
        assert way.status is RunStatus.DESTROYED

    def test_a_failed_synth_deploys_nothing(self, way: Way) -> None:
        way.synthesized = HarnessError("no synth")

        with pytest.raises(HarnessError, match="no synth"):
            deploy_and(way.run())

        assert not {"apply", "destroy"} & set(way.verbs)
        assert way.target.steps == ["create for 1", "start", "prove", "stop"]

    def test_a_target_that_does_not_start_leaves_nothing_to_destroy(self, way: Way) -> None:
        way.target.refuses_start = EmulatorError("no port")

        with pytest.raises(EmulatorError, match="no port"):
            deploy_and(way.run())

        assert way.status is RunStatus.DESTROYED
        assert way.target.steps == ["create for 1", "start"]

    def test_a_missing_tool_is_found_before_anything_is_on_record(self, way: Way) -> None:
        with pytest.raises(ToolNotFoundError):
            deploy_and(way.run(terraform="/nowhere/terraform"))

        assert way.ledger.find(SUFFIX) is None

    def test_a_failing_teardown_is_a_note_on_the_first_error(self, way: Way) -> None:
        way.spoil("destroy", AWS_ERROR)

        with pytest.raises(ValueError, match="test") as raised:
            deploy_and(way.run(), fail=ValueError("test"))

        assert "teardown failed as well: terraform destroy failed" in raised.value.__notes__[0]

    def test_a_failing_teardown_alone_fails_the_run(self, way: Way) -> None:
        way.proof = TeardownProof(
            SUFFIX, (Leftover(Resource(Kind.BUCKET, "catalog-logs-pr1"), "by name"),), ("s3",)
        )

        with pytest.raises(LeakError, match="catalog-logs-pr1"):
            deploy_and(way.run())


class TestKeeping:
    def test_a_kept_stack_stays_up(self, way: Way) -> None:
        deploy_and(way.run(), keep=True)

        assert way.status is RunStatus.DEPLOYED
        assert way.target.running

    def test_a_kept_stack_stays_up_also_when_a_test_fails(self, way: Way) -> None:
        with pytest.raises(ValueError, match="test"):
            deploy_and(way.run(), keep=True, fail=ValueError("test"))

        assert way.status is RunStatus.DEPLOYED

    def test_a_stack_that_was_not_deployed_completely_is_not_kept(self, way: Way) -> None:
        way.spoil("apply", AWS_ERROR)

        with pytest.raises(TerraformError):
            deploy_and(way.run(), keep=True)

        assert way.status is RunStatus.DESTROYED

    @pytest.mark.parametrize("keep", [False, True])
    def test_a_run_never_touches_another_one_that_has_its_suffix(
        self, way: Way, keep: bool
    ) -> None:
        kept = way.run()
        deploy_and(kept, keep=True)
        before = way.ledger.get(SUFFIX)

        with pytest.raises(UsageError, match="on record as deployed"):
            deploy_and(way.later(kept), keep=keep)
        with pytest.raises(ToolNotFoundError):
            deploy_and(way.later(kept, terraform="/nowhere/terraform"), keep=keep)

        assert way.ledger.get(SUFFIX) == before
        assert way.target.running
        assert "destroy" not in way.verbs

    def test_a_kept_stack_is_torn_down_by_another_process(self, way: Way) -> None:
        kept = way.run()
        deploy_and(kept, keep=True)

        proof = teardown(way.later(kept, reuse_stack=True))

        assert proof == CLEAN
        assert way.status is RunStatus.DESTROYED
        assert witness_of(kept).failed == []


class TestMaximumDuration:
    @pytest.fixture
    def clock(self, monkeypatch: pytest.MonkeyPatch) -> Clock:
        clock = Clock()
        monkeypatch.setattr("harness.core.deadline.threading.Timer", clock)
        return clock

    @pytest.mark.parametrize("keep", [False, True])
    def test_a_run_that_takes_too_long_is_torn_down_even_if_it_was_to_be_kept(
        self, way: Way, clock: Clock, keep: bool
    ) -> None:
        with (
            pytest.raises(DurationError, match="maximum duration of 45 minutes"),
            deployed(way.run(max_duration=45.0), keep=keep),
        ):
            clock.go_off()

        assert way.verbs[-1] == "destroy"
        assert way.status is RunStatus.DESTROYED

    def test_the_teardown_itself_has_no_limit(self, way: Way, clock: Clock) -> None:
        with deployed(way.run()):
            pass

        assert not clock.running
