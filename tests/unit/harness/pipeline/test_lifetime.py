"""The lifetime of a stack: it is always destroyed, and the first error is raised."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event
from types import SimpleNamespace

import pytest

from harness.aws.resources.resource import Kind, Resource
from harness.checks.framework.context import CheckContext
from harness.core.errors import (
    CheckFailedError,
    DurationError,
    EmulatorError,
    HarnessError,
    LeakError,
    ToolNotFoundError,
    UsageError,
)
from harness.deploy.service_watch import ServiceFailure
from harness.pipeline.lifetime import deployed, teardown
from harness.run.ledger import RunStatus
from harness.run.run import Run
from harness.run.teardown_result import TeardownResult, TeardownState
from harness.teardown.proof import Leftover, TeardownProof
from harness.terraform.errors import TerraformError
from tests.unit.harness.core.test_max_duration import Clock
from tests.unit.harness.deploy.ecs_service import PULL, SERVICE, ecs, task
from tests.unit.harness.fake_run import CLEAN, SUFFIX, FakeRun, observer_of
from tests.unit.harness.terraform.fake_terraform import error, lines

AWS_ERROR = lines(
    error(
        "creating S3 Bucket (b): operation error S3: CreateBucket, https response error "
        "StatusCode: 409, RequestID: 1, api error BucketAlreadyExists: taken",
        address="aws_s3_bucket.logs",
    )
)

LEFT = TeardownProof(
    SUFFIX, (Leftover(Resource(Kind.BUCKET, "catalog-logs-pr1"), "by name"),), ("s3",)
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


@contextmanager
def failed_service(*_: object) -> Iterator[SimpleNamespace]:
    failed = Event()
    failed.set()
    yield SimpleNamespace(cancel=failed, failure=ServiceFailure(SERVICE, "its rollout failed"))


class TestReadiness:
    """After apply a run waits until the stack is ready."""

    @pytest.fixture(autouse=True)
    def _never_ready(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def wait(context: CheckContext) -> None:
            context.eventually(lambda: 0, what="2 targets", ready=bool)

        monkeypatch.setattr("harness.pipeline.lifetime.await_readiness", wait)

    def test_a_service_that_has_failed_ends_the_wait_with_its_cause(
        self, fake_run: FakeRun, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("harness.pipeline.lifetime.watched", failed_service)
        monkeypatch.setattr(fake_run.target, "session", lambda: ecs(task(PULL)), raising=False)

        with pytest.raises(CheckFailedError) as raised:
            deploy_and(fake_run.run())

        first, also = raised.value.message.splitlines()
        assert first.startswith(f"ECS service {SERVICE.name}: {PULL}")
        assert also == "  also: the wait for healthy targets was cancelled: its rollout failed"
        assert "correct the image" in raised.value.remedy
        assert fake_run.status is RunStatus.DESTROYED


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
        assert "destroy --environment-suffix pr1" in raised.value.__notes__[0]

    def test_a_failing_teardown_alone_fails_the_run(self, fake_run: FakeRun) -> None:
        fake_run.proof = LEFT

        with pytest.raises(LeakError, match="catalog-logs-pr1"):
            deploy_and(fake_run.run())


class TestResult:
    def test_a_clean_teardown_is_proved(self, fake_run: FakeRun) -> None:
        run = fake_run.run()
        deploy_and(run)

        assert run.teardown == TeardownResult(TeardownState.PROVED)

    def test_a_kept_stack_is_no_failed_teardown(self, fake_run: FakeRun) -> None:
        run = fake_run.run()
        deploy_and(run, keep=True)

        assert run.teardown == TeardownResult(TeardownState.KEPT)

    def test_a_target_that_has_ended_proves_nothing(self, fake_run: FakeRun) -> None:
        run = fake_run.run()
        deploy_and(run, keep=True)
        fake_run.target.running = False
        teardown(run)

        assert run.teardown == TeardownResult(TeardownState.ENDED)

    @pytest.mark.parametrize("first", [None, ValueError("test")])
    def test_leftovers_are_kept_whatever_failed_first(
        self, fake_run: FakeRun, first: BaseException | None
    ) -> None:
        fake_run.proof = LEFT
        run = fake_run.run()

        with pytest.raises(type(first) if first else LeakError):
            deploy_and(run, fail=first)

        assert run.teardown.state is TeardownState.FAILED
        assert run.teardown.leftovers == ("s3 bucket catalog-logs-pr1 (by name)",)

    def test_what_was_swept_since_is_no_leftover(self, fake_run: FakeRun) -> None:
        fake_run.sweep_finds = [(Resource(Kind.BUCKET, "catalog-logs-pr1"),)]
        fake_run.proof = LEFT
        run = fake_run.run()

        with pytest.raises(LeakError, match="have been swept since"):
            deploy_and(run)

        assert run.teardown == TeardownResult(TeardownState.PROVED)


class TestAbandoned:
    @pytest.mark.parametrize("first", [None, ValueError("test")])
    def test_it_ends_with_what_is_left_and_the_command_that_continues(
        self,
        fake_run: FakeRun,
        monkeypatch: pytest.MonkeyPatch,
        first: BaseException | None,
    ) -> None:
        monkeypatch.setenv("CATALOG_HARNESS_HOME", "/a b")
        run = fake_run.run()

        def abandon(run: Run, **_: object) -> None:
            kinds = ("aws_vpc", "aws_subnet", "aws_lb", "aws_ecs_service", "aws_subnet")
            state = {"resources": [{"mode": "managed", "type": kind} for kind in kinds]}
            (run.workspace_directory / "terraform.tfstate").write_text(json.dumps(state))
            raise KeyboardInterrupt

        monkeypatch.setattr("harness.pipeline.lifetime.destroy", abandon)

        with pytest.raises(type(first) if first else KeyboardInterrupt) as raised:
            deploy_and(run, fail=first)

        note = raised.value.__notes__[0].splitlines()
        assert note[-3:] == [
            "The teardown of pr1 was abandoned.",
            "  Left: ec2 3, ecs 1, elbv2 1",
            "  Continue with: CATALOG_HARNESS_HOME='/a b' catalog-harness destroy "
            "--environment-suffix pr1",
        ]
        assert run.teardown.state is TeardownState.ABANDONED

    def test_without_a_local_state_the_command_that_lists_what_is_left_is_named(
        self, fake_run: FakeRun, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def fail(run: Run, **_: object) -> None:
            raise HarnessError("no")

        monkeypatch.setattr("harness.pipeline.lifetime.destroy", fail)

        with pytest.raises(HarnessError) as raised:
            deploy_and(fake_run.run())

        assert "`catalog-harness sweep --environment-suffix pr1`" in raised.value.__notes__[0]

    def test_leftovers_of_the_proof_are_counted_by_service(self, fake_run: FakeRun) -> None:
        fake_run.proof = LEFT
        fake_run.target.stop_error = EmulatorError("no")

        with pytest.raises(LeakError) as raised:
            deploy_and(fake_run.run())

        assert "  Left: s3 1" in "\n".join(raised.value.__notes__).splitlines()

    def test_a_cloud_of_the_run_that_was_stopped_holds_nothing(self, fake_run: FakeRun) -> None:
        fake_run.proof = LEFT

        with pytest.raises(LeakError) as raised:
            deploy_and(fake_run.run())

        assert "Left: nothing, the target was stopped" in raised.value.__notes__[0]


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
