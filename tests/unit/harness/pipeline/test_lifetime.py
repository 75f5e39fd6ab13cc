"""The lifetime of a stack: it is always destroyed, and the first error is raised."""

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
from harness.run.ledger import RunStatus
from harness.run.run import Run
from harness.teardown.proof import Leftover, TeardownProof
from harness.terraform import TerraformError
from tests.unit.harness.core.test_max_duration import Clock
from tests.unit.harness.fake_run import CLEAN, SUFFIX, FakeRun, observer_of
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


class TestRun:
    def test_it_deploys_on_entry_and_destroys_and_proves_on_exit(self, fake_run: FakeRun) -> None:
        run = fake_run.run()

        with deployed(run) as deployment:
            assert fake_run.ledger.get(SUFFIX).status is RunStatus.DEPLOYED
            assert fake_run.verbs[-1] == "apply"
            assert deployment.outputs.log_bucket_name == "catalog-logs-pr1"

        assert fake_run.verbs[-1] == "destroy"
        assert fake_run.target.steps == ["create for 1", "start", "prove", "stop"]
        assert fake_run.status is RunStatus.DESTROYED
        assert not run.workspace_directory.exists()

    def test_every_phase_is_on_the_timeline(self, fake_run: FakeRun) -> None:
        run = fake_run.run()
        deploy_and(run)

        names = {phase.name for phase in run.timeline.phases}
        assert {"start target", "synth", "init", "apply", "destroy", "teardown proof"} <= names
        assert [each.address for each in run.timeline.resources] == ["aws_s3_bucket.logs"]

    def test_the_run_is_on_record_before_its_target_starts(self, fake_run: FakeRun) -> None:
        deploy_and(fake_run.run())

        assert fake_run.target.status_at_start is RunStatus.STARTING

    def test_a_destroyed_run_does_not_block_its_suffix(self, fake_run: FakeRun) -> None:
        run = fake_run.run()
        deploy_and(run)
        deploy_and(fake_run.later_run(run))

        assert fake_run.verbs.count("apply") == 2


class TestFailure:
    @pytest.mark.parametrize("failure", [ValueError("test"), KeyboardInterrupt(), SystemExit(3)])
    def test_every_exception_destroys_the_stack(
        self, fake_run: FakeRun, failure: BaseException
    ) -> None:
        with pytest.raises(type(failure)) as raised:
            deploy_and(fake_run.run(), fail=failure)

        assert raised.value is failure
        assert fake_run.status is RunStatus.DESTROYED

    def test_a_failed_apply_destroys_the_stack_and_raises_the_aws_error(
        self, fake_run: FakeRun
    ) -> None:
        fake_run.fail("apply", AWS_ERROR)

        with pytest.raises(TerraformError, match="BucketAlreadyExists"):
            deploy_and(fake_run.run())

        assert fake_run.verbs[-2:] == ["apply", "destroy"]
        assert fake_run.status is RunStatus.DESTROYED

    def test_a_failed_synth_deploys_nothing(self, fake_run: FakeRun) -> None:
        fake_run.synthesized = HarnessError("no synth")

        with pytest.raises(HarnessError, match="no synth"):
            deploy_and(fake_run.run())

        assert not {"apply", "destroy"} & set(fake_run.verbs)
        assert fake_run.target.steps == ["create for 1", "start", "prove", "stop"]

    def test_a_target_that_does_not_start_needs_no_destroy(self, fake_run: FakeRun) -> None:
        fake_run.target.start_error = EmulatorError("no port")

        with pytest.raises(EmulatorError, match="no port"):
            deploy_and(fake_run.run())

        assert fake_run.status is RunStatus.DESTROYED
        assert fake_run.target.steps == ["create for 1", "start"]

    def test_a_missing_tool_is_an_error_before_the_run_is_on_record(
        self, fake_run: FakeRun
    ) -> None:
        with pytest.raises(ToolNotFoundError):
            deploy_and(fake_run.run(terraform="/nowhere/terraform"))

        assert fake_run.ledger.find(SUFFIX) is None

    def test_a_failing_teardown_is_a_note_on_the_first_error(self, fake_run: FakeRun) -> None:
        fake_run.fail("destroy", AWS_ERROR)

        with pytest.raises(ValueError, match="test") as raised:
            deploy_and(fake_run.run(), fail=ValueError("test"))

        assert "teardown failed as well: terraform destroy failed" in raised.value.__notes__[0]

    def test_a_failing_teardown_alone_fails_the_run(self, fake_run: FakeRun) -> None:
        fake_run.proof = TeardownProof(
            SUFFIX, (Leftover(Resource(Kind.BUCKET, "catalog-logs-pr1"), "by name"),), ("s3",)
        )

        with pytest.raises(LeakError, match="catalog-logs-pr1"):
            deploy_and(fake_run.run())


class TestKeeping:
    def test_a_kept_stack_is_not_destroyed(self, fake_run: FakeRun) -> None:
        deploy_and(fake_run.run(), keep=True)

        assert fake_run.status is RunStatus.DEPLOYED
        assert fake_run.target.running

    def test_a_kept_stack_is_not_destroyed_after_a_failed_test(self, fake_run: FakeRun) -> None:
        with pytest.raises(ValueError, match="test"):
            deploy_and(fake_run.run(), keep=True, fail=ValueError("test"))

        assert fake_run.status is RunStatus.DEPLOYED

    def test_an_incomplete_deployment_is_not_kept(self, fake_run: FakeRun) -> None:
        fake_run.fail("apply", AWS_ERROR)

        with pytest.raises(TerraformError):
            deploy_and(fake_run.run(), keep=True)

        assert fake_run.status is RunStatus.DESTROYED

    @pytest.mark.parametrize("keep", [False, True])
    def test_a_run_never_changes_another_run_with_its_suffix(
        self, fake_run: FakeRun, keep: bool
    ) -> None:
        kept = fake_run.run()
        deploy_and(kept, keep=True)
        before = fake_run.ledger.get(SUFFIX)

        with pytest.raises(UsageError, match="on record as deployed"):
            deploy_and(fake_run.later_run(kept), keep=keep)
        with pytest.raises(ToolNotFoundError):
            deploy_and(fake_run.later_run(kept, terraform="/nowhere/terraform"), keep=keep)

        assert fake_run.ledger.get(SUFFIX) == before
        assert fake_run.target.running
        assert "destroy" not in fake_run.verbs

    def test_a_kept_stack_can_be_destroyed_by_another_process(self, fake_run: FakeRun) -> None:
        kept = fake_run.run()
        deploy_and(kept, keep=True)

        proof = teardown(fake_run.later_run(kept, reuse_stack=True))

        assert proof == CLEAN
        assert fake_run.status is RunStatus.DESTROYED
        assert observer_of(kept).failed == []


class TestMaximumDuration:
    @pytest.fixture
    def clock(self, monkeypatch: pytest.MonkeyPatch) -> Clock:
        clock = Clock()
        monkeypatch.setattr("harness.core.max_duration.threading.Timer", clock)
        return clock

    @pytest.mark.parametrize("keep", [False, True])
    def test_a_run_that_exceeds_its_duration_is_destroyed_even_with_keep(
        self, fake_run: FakeRun, clock: Clock, keep: bool
    ) -> None:
        with (
            pytest.raises(DurationError, match="maximum duration of 45 minutes"),
            deployed(fake_run.run(max_duration=45.0), keep=keep),
        ):
            clock.go_off()

        assert fake_run.verbs[-1] == "destroy"
        assert fake_run.status is RunStatus.DESTROYED

    def test_the_teardown_itself_has_no_limit(self, fake_run: FakeRun, clock: Clock) -> None:
        with deployed(fake_run.run()):
            pass

        assert not clock.running
