"""Deploying: the order of things, what goes on record, and attaching again."""

import json
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from harness.core.errors import EmulatorError, HarnessError, ProcessError, TargetError
from harness.deploy.deploy import attach, deploy, find_target, start_target
from harness.preflight import TerraformVersion
from harness.run.record import RunStatus
from harness.terraform import TerraformError
from harness.terraform.drift import AllowedDrift, require_no_drift
from tests.unit.harness.fake_run import SUFFIX, Way, witness_of
from tests.unit.harness.terraform.fake_terraform import error, lines

FORWARDED_VALUES = error(
    "creating CloudFront Distribution: operation error CloudFront: CreateDistributionWithTags, "
    "https response error StatusCode: 400, RequestID: 1, api error InvalidArgument: The parameter "
    "ForwardedValues cannot be used when a cache policy is associated to the cache behavior.",
    address="aws_cloudfront_distribution.cdn",
)


class TestDeploy:
    def test_everything_that_destroy_needs_is_on_record(self, way: Way) -> None:
        deployment = deploy(way.run())

        record = way.ledger.get(SUFFIX)
        assert record.status is RunStatus.DEPLOYED
        assert record.applied
        assert record.attachment == {"cloud": "/a/cloud"}
        assert record.config == deployment.config.to_mapping()
        assert record.terraform == str(way.terraform.program)

    def test_the_configuration_is_the_one_that_was_synthesized(self, way: Way) -> None:
        run = way.run()
        way.synthesized = {"provider": {"aws": [{}]}, "resource": {"a": {"b": {}}}}

        deployment = deploy(run)

        written = json.loads((run.workspace_directory / "cdk.tf.json").read_text())
        assert written == way.synthesized
        assert way.synths == [deployment.config]

    def test_the_target_says_how_terraform_reaches_it(self, way: Way) -> None:
        run = way.run()
        way.synthesized = {"provider": {"aws": [{}]}}

        deploy(run)

        override = json.loads((run.workspace_directory / "harness_override.tf.json").read_text())
        assert override["provider"] == {"aws": [{"access_key": "test"}]}
        assert way.terraform.environment["AWS_ENDPOINT_URL"] == "http://127.0.0.1:1"

    def test_a_failed_init_is_told_after_the_synth(self, way: Way) -> None:
        way.spoil("init", lines(error("no provider")))

        with pytest.raises(TerraformError, match="no provider"):
            deploy(way.run())

        assert "apply" not in way.verbs
        assert not way.ledger.get(SUFFIX).applied

    def test_an_apply_error_names_the_rule_that_would_have_caught_it(self, way: Way) -> None:
        way.spoil("apply", lines(FORWARDED_VALUES))

        with pytest.raises(TerraformError) as raised:
            deploy(way.run())

        assert "cloudfront" in "".join(raised.value.__notes__)

    @pytest.mark.parametrize("kind", [EmulatorError, TargetError])
    def test_a_target_that_ended_meanwhile_is_said_before_what_terraform_made_of_it(
        self, way: Way, monkeypatch: pytest.MonkeyPatch, kind: type[HarnessError]
    ) -> None:
        def attach_target(*_: Any) -> None:
            raise kind("no embedded cloud runs any more")

        monkeypatch.setattr("harness.deploy.deploy.attach_target", attach_target)
        way.spoil("apply", lines(error("connection refused", address="aws_vpc.main")))

        with pytest.raises(kind) as raised:
            deploy(way.run())

        assert raised.value.message == (
            "no embedded cloud runs any more\n"
            "  also: terraform apply failed: aws_vpc.main: connection refused"
        )

    def test_the_report_names_target_and_tools(self, way: Way) -> None:
        facts = deploy(way.run()).facts()

        assert facts["endpoint"] == "http://127.0.0.1:1"
        assert "Terraform 1.11.4" in facts["terraform"]
        assert "as set" in facts["AWS provider"]


class TestPreflight:
    def test_a_blocker_stops_the_deployment_before_terraform_sees_it(
        self, way: Way, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def block(*_: Any, **__: Any) -> None:
            raise HarnessError("1 blocker")

        monkeypatch.setattr("harness.deploy.deploy.require_deployable", block)

        run = way.run(skip_preflight=False)
        way.synthesized = {"terraform": {"backend": {"s3": {"no_such_argument": True}}}}

        with pytest.raises(HarnessError, match="1 blocker"):
            deploy(run)

        assert "apply" not in way.verbs
        seen = json.loads((run.workspace_directory / "cdk.tf.json").read_text())
        assert "backend" not in seen["terraform"], "Terraform's own init would refuse it first"

    def test_warnings_are_told_and_do_not_stop_it(
        self, way: Way, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        asked: dict[str, Any] = {}
        warning = SimpleNamespace(rule="s3/x", address="aws_s3_bucket.b", message="careful")

        def warn(document: object, **given: Any) -> SimpleNamespace:
            asked.update(given, document=document)
            return SimpleNamespace(warnings=[warning])

        monkeypatch.setattr("harness.deploy.deploy.require_deployable", warn)
        run = way.run(skip_preflight=False)

        deploy(run)

        assert witness_of(run).notes == ["s3/x at aws_s3_bucket.b: careful"]
        assert asked["document"] == way.synthesized
        assert asked["environment_suffix"] == SUFFIX
        assert asked["target"] is way.target
        assert asked["terraform"] == TerraformVersion((1, 11, 4), "terraform")


class TestTarget:
    def test_processes_that_share_a_run_share_its_target(self, way: Way) -> None:
        shared = replace(way.run(), shared=True)

        for _ in range(2):
            start_target(shared, find_target(shared))

        assert way.target.steps.count("start") == 1

    def test_one_that_did_not_start_in_another_process_is_tried_again(self, way: Way) -> None:
        shared = replace(way.run(), shared=True)
        way.target.refuses_start = EmulatorError("no port")
        with pytest.raises(EmulatorError):
            start_target(shared, find_target(shared))
        way.target.refuses_start = None

        start_target(shared, find_target(shared))

        assert way.ledger.get(SUFFIX).attachment == {"cloud": "/a/cloud"}


class TestAttach:
    def test_a_stack_is_found_again_by_its_record(self, way: Way) -> None:
        run = way.run()
        deployment = deploy(run)

        again = attach(way.later(run, reuse_stack=True, terraform=None))

        assert again.config == deployment.config
        assert again.outputs == deployment.outputs
        assert again.tools == deployment.tools
        assert way.verbs.count("apply") == 1

    def test_one_whose_cloud_has_ended_is_not(self, way: Way) -> None:
        deploy(way.run())
        way.target.running = False

        with pytest.raises(EmulatorError, match="any more"):
            attach(way.later(way.run(), reuse_stack=True))


class TestSecondPlan:
    def test_it_is_made_beside_the_caller_and_timed(self, way: Way) -> None:
        run = way.run()
        ended: list[bool] = []

        watch = deploy(run).watch_drift(when_done=lambda: ended.append(True))
        require_no_drift(watch.wait(), run.timeline.note)
        watch.cancel()

        assert ended == [True]
        assert "second plan" in witness_of(run).phases

    def test_what_the_target_is_known_to_drift_in_is_judged_with_what_is_deployed(
        self, way: Way
    ) -> None:
        way.target.drifts = [AllowedDrift("aws_s3_bucket.*", frozenset({"tags"}), "an emulator's")]
        run = way.run()

        watch = deploy(run).watch_drift()
        require_no_drift(watch.wait(), run.timeline.note)
        watch.cancel()

        (note,) = run.timeline.notes
        assert "aws_s3_bucket.* (tags) was not seen" in note

    def test_one_that_fails_has_ended_too(self, way: Way) -> None:
        way.spoil("plan", lines(error("cannot refresh")))
        ended: list[bool] = []

        watch = deploy(way.run()).watch_drift(when_done=lambda: ended.append(True))

        with pytest.raises(TerraformError, match="cannot refresh"):
            watch.wait()
        watch.cancel()
        assert ended == [True]

    def test_nobody_need_be_told_of_its_end(self, way: Way) -> None:
        watch = deploy(way.run()).watch_drift()
        watch.wait()
        watch.cancel()


def test_a_synth_that_is_interrupted_ends_the_init_beside_it(
    way: Way, monkeypatch: pytest.MonkeyPatch
) -> None:
    way.terraform.program.write_text(_HANGS_AT_INIT.format(folder=way.terraform.folder))
    started = way.terraform.folder / "started"

    def interrupted(*_: object) -> None:
        _await(started)
        raise KeyboardInterrupt

    monkeypatch.setattr("harness.deploy.deploy.synthesize", interrupted)

    with pytest.raises(KeyboardInterrupt) as raised:
        deploy(way.run())

    assert not isinstance(raised.value, ProcessError)
    assert (way.terraform.folder / "stopped").exists()


_HANGS_AT_INIT = """#!/bin/sh
if [ "$1" = version ]; then echo 'Terraform v1.11.4'; exit; fi
trap 'touch {folder}/stopped; exit 1' INT
touch {folder}/started
while :; do sleep 0.05; done
"""


def _await(path: Path) -> None:
    from harness.core.wait import wait_until  # noqa: PLC0415

    wait_until(path.exists, what="init", ready=bool, timeout=60, delay=0.01)
