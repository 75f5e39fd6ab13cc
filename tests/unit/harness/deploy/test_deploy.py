"""Deploy and attach: order of the phases, record, target, second plan."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from harness.core.errors import EmulatorError, HarnessError, TargetError, UsageError
from harness.core.folders import MARKER
from harness.deploy.deploy import attach, deploy, find_target, start_target
from harness.deploy.preflight import BlockedError
from harness.deploy.workspace import find_tools
from harness.preflight.terraform_version import TerraformVersion
from harness.run.ledger import RunStatus
from harness.terraform.drift import AllowedDrift
from harness.terraform.errors import TerraformError
from harness.terraform.provider_clock.clock import ProviderClock
from tests.unit.harness.fake_run import SUFFIX, FakeRun, observer_of
from tests.unit.harness.terraform.fake_terraform import error, event, lines

FORWARDED_VALUES = error(
    "creating CloudFront Distribution: operation error CloudFront: CreateDistributionWithTags, "
    "https response error StatusCode: 400, RequestID: 1, api error InvalidArgument: The parameter "
    "ForwardedValues cannot be used when a cache policy is associated to the cache behavior.",
    address="aws_cloudfront_distribution.cdn",
)


class TestDeploy:
    def test_everything_that_destroy_needs_is_on_record(self, fake_run: FakeRun) -> None:
        deployment = deploy(fake_run.run())

        record = fake_run.ledger.get(SUFFIX)
        assert record.status is RunStatus.DEPLOYED
        assert record.applied
        assert record.attachment == {"cloud": "/a/cloud"}
        assert record.config == deployment.config.to_mapping()
        assert record.terraform == str(fake_run.terraform.program)

    def test_the_synthesized_configuration_is_deployed(self, fake_run: FakeRun) -> None:
        run = fake_run.run()
        fake_run.synthesized = {"provider": {"aws": [{}]}, "resource": {"a": {"b": {}}}}

        deployment = deploy(run)

        written = json.loads((run.workspace_directory / "cdk.tf.json").read_text())
        assert written == fake_run.synthesized
        assert fake_run.synths == [deployment.config]

    def test_provider_and_environment_come_from_the_target(self, fake_run: FakeRun) -> None:
        run = fake_run.run()
        fake_run.synthesized = {"provider": {"aws": [{}]}}

        deploy(run)

        override = json.loads((run.workspace_directory / "harness_override.tf.json").read_text())
        assert override["provider"] == {"aws": [{"access_key": "test"}]}
        assert fake_run.terraform.environment["AWS_ENDPOINT_URL"] == "http://127.0.0.1:1"

    def test_a_program_that_was_passed_over_is_a_note(
        self, fake_run: FakeRun, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        tools = find_tools(str(fake_run.terraform.program), fake_run.settings().provider_mirror)
        passed_over = replace(tools.terraform, passed_over=("/bin/terraform: did not end",))
        found = replace(tools, terraform=passed_over)
        monkeypatch.setattr("harness.deploy.deploy.find_tools", lambda *_: found)
        run = fake_run.run()

        deploy(run)

        assert "Terraform: passed over /bin/terraform: did not end" in run.timeline.notes

    def test_a_failed_init_is_raised_after_the_synth(self, fake_run: FakeRun) -> None:
        fake_run.fail("init", lines(error("no provider")))

        with pytest.raises(TerraformError, match="no provider"):
            deploy(fake_run.run())

        assert "apply" not in fake_run.verbs
        assert not fake_run.ledger.get(SUFFIX).applied

    def test_an_apply_error_has_a_note_with_the_rule_that_detects_it(
        self, fake_run: FakeRun
    ) -> None:
        fake_run.fail("apply", lines(FORWARDED_VALUES))

        with pytest.raises(TerraformError) as raised:
            deploy(fake_run.run())

        assert "cloudfront" in "".join(raised.value.__notes__)

    def test_an_apply_error_has_a_note_for_each_warning_of_a_target_of_this_machine(
        self, fake_run: FakeRun, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        log = tmp_path / "cloud.log"
        log.write_text(
            "2999-01-01 00:00:00,000 WARNING harness.engine: initdb ended with status 1\n"
        )
        monkeypatch.setattr(fake_run.target, "log_files", lambda _: [log])
        fake_run.fail("apply", lines(error("unexpected state 'failed'")))

        with pytest.raises(TerraformError) as raised:
            deploy(fake_run.run())

        (note,) = raised.value.__notes__
        assert note.endswith(" target logged: initdb ended with status 1")

    @pytest.mark.parametrize("kind", [EmulatorError, TargetError])
    def test_a_target_that_has_ended_is_reported_before_the_error_of_terraform(
        self, fake_run: FakeRun, monkeypatch: pytest.MonkeyPatch, kind: type[HarnessError]
    ) -> None:
        def attach_target(*_: Any) -> None:
            raise kind("no embedded cloud runs any more")

        monkeypatch.setattr("harness.deploy.deploy.attach_target", attach_target)
        fake_run.fail("apply", lines(error("connection refused", address="aws_vpc.main")))

        with pytest.raises(kind) as raised:
            deploy(fake_run.run())

        assert raised.value.message == (
            "no embedded cloud runs any more\n"
            "  also: terraform apply failed: aws_vpc.main: connection refused"
        )

    def test_the_report_names_target_and_tools(self, fake_run: FakeRun) -> None:
        facts = deploy(fake_run.run()).facts()

        assert facts["endpoint"] == "http://127.0.0.1:1"
        assert "Terraform 1.11.4" in facts["terraform"]
        assert "as configured" in facts["AWS provider"]


class TestProviderClock:
    @pytest.fixture
    def measured(self, monkeypatch: pytest.MonkeyPatch) -> Callable[[ProviderClock], list[int]]:
        """Set what this machine can do; return the factors that were requested."""

        def install(clock: ProviderClock) -> list[int]:
            requested: list[int] = []

            def usable(factor: int, directory: Path) -> ProviderClock:
                assert (directory / MARKER).is_file(), "or the teardown would not delete it"
                requested.append(factor)
                return clock

            monkeypatch.setattr("harness.deploy.initialization.usable_clock", usable)
            return requested

        return install

    def test_the_default_of_the_target_is_used_and_on_record(
        self, fake_run: FakeRun, measured: Callable[[ProviderClock], list[int]]
    ) -> None:
        requested = measured(ProviderClock(20))
        run = fake_run.run(provider_clock=None)

        deployment = deploy(run)

        assert requested == [fake_run.target.default_clock]
        assert fake_run.ledger.get(SUFFIX).provider_clock == 20
        assert deployment.facts()["provider clock"] == "x20"
        assert observer_of(run).notes == ["provider clock x20"]

    def test_the_setting_takes_precedence(
        self, fake_run: FakeRun, measured: Callable[[ProviderClock], list[int]]
    ) -> None:
        requested = measured(ProviderClock(7))

        deploy(fake_run.run(provider_clock=7))

        assert requested == [7]
        assert fake_run.ledger.get(SUFFIX).provider_clock == 7

    def test_at_normal_speed_one_note_has_the_reason(
        self, fake_run: FakeRun, measured: Callable[[ProviderClock], list[int]]
    ) -> None:
        measured(ProviderClock(1, "ptrace is not permitted"))
        run = fake_run.run(provider_clock=None)

        deployment = deploy(run)

        assert deployment.facts()["provider clock"] == "normal speed"
        assert fake_run.ledger.get(SUFFIX).provider_clock == 1
        assert observer_of(run).notes == ["provider clock normal speed: ptrace is not permitted"]

    def test_a_provider_that_ran_at_normal_speed_is_noted(self, fake_run: FakeRun) -> None:
        run = fake_run.run()
        (run.workspace_directory / ".terraform").mkdir(parents=True)
        (run.workspace_directory / ".terraform" / "provider-clock.txt").write_text("no vDSO")

        deploy(run)

        assert run.timeline.notes == ("the AWS provider ran at normal speed: no vDSO",)


class TestPreflight:
    def test_an_invalid_configuration_is_a_blocker_before_anything_is_created(
        self, fake_run: FakeRun
    ) -> None:
        place = {"filename": "cdk.tf.json", "start": {"line": 3}}
        invalid = {"severity": "error", "summary": "Missing required argument", "range": place}
        fake_run.fail("apply", lines(event("diagnostic", diagnostic=invalid)))

        with pytest.raises(BlockedError, match="1 blocker, nothing was deployed") as raised:
            deploy(fake_run.run())

        assert "terraform/validate at cdk.tf.json:3: Missing required" in raised.value.message
        assert not fake_run.ledger.get(SUFFIX).applied

    def test_an_error_after_the_plan_is_none(self, fake_run: FakeRun) -> None:
        counts = {"operation": "plan", "add": 1, "change": 0, "remove": 0}
        place = {"filename": "cdk.tf.json", "start": {"line": 3}}
        late = {"severity": "error", "summary": "unexpected state", "range": place}
        planned = event("change_summary", changes=counts)
        fake_run.fail("apply", lines(planned, event("diagnostic", diagnostic=late)))

        with pytest.raises(TerraformError):
            deploy(fake_run.run())

        assert fake_run.ledger.get(SUFFIX).applied

    def test_a_blocker_stops_the_deployment_before_apply(
        self, fake_run: FakeRun, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def block(*_: Any, **__: Any) -> None:
            raise HarnessError("1 blocker")

        monkeypatch.setattr("harness.deploy.deploy.require_deployable", block)

        run = fake_run.run(skip_preflight=False)
        fake_run.synthesized = {"terraform": {"backend": {"s3": {"no_such_argument": True}}}}

        with pytest.raises(HarnessError, match="1 blocker"):
            deploy(run)

        assert "apply" not in fake_run.verbs
        written = json.loads((run.workspace_directory / "cdk.tf.json").read_text())
        assert "backend" not in written["terraform"], "or `terraform init` would fail first"

    def test_warnings_and_notes_are_reported_and_do_not_stop_it(
        self, fake_run: FakeRun, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        request: dict[str, Any] = {}
        warning = SimpleNamespace(rule="s3/x", address="aws_s3_bucket.b", message="careful")

        def warn(document: object, **given: Any) -> SimpleNamespace:
            request.update(given, document=document)
            return SimpleNamespace(warnings=[warning], notes=["not looked up: a quota"])

        monkeypatch.setattr("harness.deploy.deploy.require_deployable", warn)
        run = fake_run.run(skip_preflight=False)

        deploy(run)

        assert observer_of(run).notes == [
            "s3/x at aws_s3_bucket.b: careful",
            "preflight: not looked up: a quota",
        ]
        assert request["document"] == fake_run.synthesized
        assert request["environment_suffix"] == SUFFIX
        assert request["target"] is fake_run.target
        assert request["terraform"] == TerraformVersion((1, 11, 4), "terraform")


class TestTarget:
    def test_processes_that_share_a_run_share_its_target(self, fake_run: FakeRun) -> None:
        shared = replace(fake_run.run(), shared=True)

        for _ in range(2):
            start_target(shared, find_target(shared))

        assert fake_run.target.steps.count("start") == 1

    def test_a_target_that_did_not_start_in_another_process_is_started_again(
        self, fake_run: FakeRun
    ) -> None:
        shared = replace(fake_run.run(), shared=True)
        fake_run.target.start_error = EmulatorError("no port")
        with pytest.raises(EmulatorError):
            start_target(shared, find_target(shared))
        fake_run.target.start_error = None

        start_target(shared, find_target(shared))

        assert fake_run.ledger.get(SUFFIX).attachment == {"cloud": "/a/cloud"}


class TestAttach:
    def test_a_stack_is_attached_to_by_its_record(self, fake_run: FakeRun) -> None:
        run = fake_run.run()
        deployment = deploy(run)

        again = attach(fake_run.later_run(run, reuse_stack=True, terraform=None))

        assert again.config == deployment.config
        assert again.outputs == deployment.outputs
        assert again.tools == deployment.tools
        assert fake_run.verbs.count("apply") == 1

    def test_a_stack_whose_cloud_has_ended_cannot_be_attached_to(self, fake_run: FakeRun) -> None:
        deploy(fake_run.run())
        fake_run.target.running = False

        with pytest.raises(EmulatorError, match="any more"):
            attach(fake_run.later_run(fake_run.run(), reuse_stack=True))

    @pytest.mark.parametrize("status", sorted(set(RunStatus) - {RunStatus.DEPLOYED}))
    def test_a_stack_that_is_not_deployed_cannot_be_attached_to(
        self, fake_run: FakeRun, status: RunStatus
    ) -> None:
        run = fake_run.run()
        deploy(run)
        run.update(status=status)

        with pytest.raises(UsageError, match=f"pr1 is not deployed.*on record as {status}"):
            attach(run)

    def test_a_state_without_the_outputs_of_a_stack_cannot_be_attached_to(
        self, fake_run: FakeRun
    ) -> None:
        run = fake_run.run()
        deploy(run)
        fake_run.terraform.clear("state pull")

        with pytest.raises(UsageError, match=r"the state in .*: not outputs of the catalog stack"):
            attach(run)


class TestSecondPlan:
    def test_it_runs_in_the_background_and_is_timed(self, fake_run: FakeRun) -> None:
        run = fake_run.run()
        ended: list[bool] = []

        watch = deploy(run).watch_drift(when_done=lambda: ended.append(True))
        watch.wait().require_none(run.timeline.note)
        watch.cancel()

        assert ended == [True]
        assert "second plan" in observer_of(run).phases

    def test_known_drift_is_compared_with_the_deployed_resources(self, fake_run: FakeRun) -> None:
        fake_run.target.allowed_drift = [
            AllowedDrift("terraform_data.*", frozenset({"tags"}), "a fault of the emulator")
        ]
        run = fake_run.run()

        watch = deploy(run).watch_drift()
        watch.wait().require_none(run.timeline.note)
        watch.cancel()

        (note,) = run.timeline.notes
        assert "terraform_data.* (tags) did not occur" in note

    def test_when_done_is_called_after_a_failure_too(self, fake_run: FakeRun) -> None:
        fake_run.fail("plan", lines(error("cannot refresh")))
        ended: list[bool] = []

        watch = deploy(fake_run.run()).watch_drift(when_done=lambda: ended.append(True))

        with pytest.raises(TerraformError, match="cannot refresh"):
            watch.wait()
        watch.cancel()
        assert ended == [True]

    def test_when_done_is_optional(self, fake_run: FakeRun) -> None:
        watch = deploy(fake_run.run()).watch_drift()
        watch.wait()
        watch.cancel()
