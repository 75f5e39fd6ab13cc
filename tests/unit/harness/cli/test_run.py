"""The commands run and deploy."""

import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from harness.core.errors import HarnessError
from harness.deploy import deploy
from harness.deploy.preflight import BlockedError
from harness.run.evidence import Status
from harness.run.ledger import RunStatus
from tests.unit.harness.cli.conftest import LEFT, CommandLine, Options
from tests.unit.harness.fake_checks import FakeChecks, result
from tests.unit.harness.fake_run import SUFFIX, FakeRun, refuse_as_guard
from tests.unit.harness.terraform.fake_terraform import error, lines

SCHEMA = Draft202012Validator(json.loads(Path("docs/report.schema.json").read_text()))


@pytest.mark.usefixtures("checks")
class TestRun:
    def test_it_deploys_checks_and_destroys_and_prints_the_path_of_the_report(
        self, call: CommandLine, fake_run: FakeRun, deployable: Options, reports: Path
    ) -> None:
        completed = call("run", *deployable)

        assert completed.status == 0, completed.err
        assert fake_run.verbs[-1] == "destroy"
        assert fake_run.status is RunStatus.DESTROYED
        assert f"report: {reports / 'report.html'}" in completed.out
        report = json.loads((reports / "report.json").read_text())
        assert len(report["results"]) == 3
        SCHEMA.validate(report)

    def test_a_failed_check_fails_the_run_and_the_stack_is_destroyed(
        self,
        call: CommandLine,
        fake_run: FakeRun,
        deployable: Options,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        failed = (result("alb/a", Status.FAILED),)
        monkeypatch.setattr("harness.pipeline.prove.run_checks", lambda *_, **__: failed)

        assert call("run", *deployable).status == 1
        assert fake_run.status is RunStatus.DESTROYED

    def test_a_run_that_proved_nothing_has_not_passed(
        self,
        call: CommandLine,
        deployable: Options,
        reports: Path,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        unproved = (result("alb/a", Status.NOT_PROVABLE),)
        monkeypatch.setattr("harness.pipeline.prove.run_checks", lambda *_, **__: unproved)

        completed = call("run", *deployable)

        assert completed.status == 1
        assert "NOTHING PROVED" in completed.out
        assert json.loads((reports / "report.json").read_text())["verdict"] == "nothing proved"

    def test_a_failed_apply_is_printed_and_in_the_report(
        self, call: CommandLine, fake_run: FakeRun, deployable: Options, reports: Path
    ) -> None:
        fake_run.fail("apply", lines(error("no such version", address="aws_rds_cluster.db")))

        completed = call("run", *deployable)

        assert completed.status == 1
        assert completed.err.startswith("Error: terraform apply failed: aws_rds_cluster.db")
        assert "no such version" in (reports / "report.json").read_text()
        SCHEMA.validate(json.loads((reports / "report.json").read_text()))
        assert fake_run.status is RunStatus.DESTROYED

    def test_a_leftover_fails_the_run(
        self, call: CommandLine, fake_run: FakeRun, deployable: Options, reports: Path
    ) -> None:
        fake_run.proof = LEFT

        completed = call("run", *deployable)

        assert completed.status == 1
        assert "catalog-logs-pr1" in completed.err
        assert "Continue with:" in completed.err
        (leftover,) = json.loads((reports / "report.json").read_text())["leftovers"]
        assert "catalog-logs-pr1" in leftover

    def test_ctrl_c_during_the_checks_destroys_the_stack(
        self,
        call: CommandLine,
        fake_run: FakeRun,
        deployable: Options,
        checks: FakeChecks,
        reports: Path,
    ) -> None:
        checks.interrupted = True

        completed = call("run", *deployable)

        assert completed.status == 130
        assert fake_run.status is RunStatus.DESTROYED
        report = json.loads((reports / "report.json").read_text())
        assert report["errors"] == ["interrupted"]
        assert (report["verdict"], report["passed"]) == ("interrupted", False)
        assert len(report["results"]) == 2
        SCHEMA.validate(report)

    def test_as_json_standard_output_has_one_event_a_line_and_nothing_else(
        self, call: CommandLine, deployable: Options, reports: Path
    ) -> None:
        completed = call("run", "--json", *deployable)

        events = [json.loads(line) for line in completed.out.splitlines()]
        types = [event["type"] for event in events]
        assert (types[0], types[-1]) == ("version", "run_summary")
        assert {"phase_start", "phase_complete", "apply_complete"} <= {*types}
        assert events[-1]["verdict"] == "passed"
        assert (completed.status, completed.err) == (0, "")

    def test_a_failure_is_in_the_last_lines_of_json_and_its_report_is_valid(
        self, call: CommandLine, fake_run: FakeRun, deployable: Options, reports: Path
    ) -> None:
        fake_run.fail("apply", lines(error("no such version", address="aws_rds_cluster.db")))

        completed = call("run", "--json", *deployable)

        *_, diagnostic, summary = [json.loads(line) for line in completed.out.splitlines()]
        assert completed.status == 1
        assert "no such version" in diagnostic["detail"]
        assert summary["verdict"] == "failed"

    def test_a_run_that_preflight_refuses_has_a_verdict_of_its_own(
        self,
        call: CommandLine,
        fake_run: FakeRun,
        deployable: Options,
        reports: Path,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        def refuse(*_: object, **__: object) -> None:
            raise BlockedError("preflight: 1 blocker, nothing was deployed")

        monkeypatch.setattr("harness.deploy.deploy.require_deployable", refuse)

        completed = call("run", *(each for each in deployable if each != "--skip-preflight"))

        report = json.loads((reports / "report.json").read_text())
        assert completed.status == 1
        assert report["verdict"] == "refused"
        assert "apply" not in fake_run.verbs
        SCHEMA.validate(report)

    def test_what_a_guard_refuses_has_a_report_though_it_is_not_on_record(
        self,
        call: CommandLine,
        fake_run: FakeRun,
        deployable: Options,
        reports: Path,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.setattr("harness.deploy.deploy.require_permission", refuse_as_guard)

        completed = call("run", *deployable)

        report = json.loads((reports / "report.json").read_text())
        page = (reports / "report.html").read_text()
        assert completed.status == 2
        assert completed.err.count("the root user") == 1
        assert (report["verdict"], report["passed"]) == ("refused", False)
        assert report["errors"] == ["the root user\n  What to do: use a role"]
        assert "the root user" in page
        assert fake_run.ledger.records() == ()
        SCHEMA.validate(report)

    def test_an_error_before_the_run_is_on_record_that_refuses_nothing_has_no_report(
        self,
        call: CommandLine,
        deployable: Options,
        reports: Path,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        def fail(*_: object) -> None:
            raise HarnessError("no answer")

        monkeypatch.setattr("harness.deploy.deploy.require_permission", fail)

        assert call("run", *deployable).status == 1
        assert not (reports / "report.json").exists()

    def test_a_kept_stack_stays_deployed_with_a_note_on_its_removal(
        self, call: CommandLine, fake_run: FakeRun, deployable: Options
    ) -> None:
        completed = call("run", "--keep-stack", *deployable)

        assert completed.status == 0
        assert fake_run.status is RunStatus.DEPLOYED
        assert "catalog-harness destroy" in completed.out
        assert fake_run.target.steps[0] == "create for None"

    def test_without_a_suffix_one_is_generated(
        self,
        call: CommandLine,
        fake_run: FakeRun,
        deployable: Options,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.setattr("harness.run.ledger.new_environment_suffix", lambda: SUFFIX)

        assert call("run", *deployable[1:]).status == 0
        assert fake_run.synths[0].environment_suffix == SUFFIX

    def test_a_suffix_in_use_is_a_usage_error_that_changes_nothing(
        self, call: CommandLine, fake_run: FakeRun, deployable: Options, reports: Path
    ) -> None:
        call("deploy", *deployable)
        (reports / "report.json").unlink()

        completed = call("run", *deployable)

        assert completed.status == 2
        assert "is on record as deployed" in completed.err
        assert fake_run.status is RunStatus.DEPLOYED
        assert json.loads((reports / "report.json").read_text())["verdict"] == "refused"

    def test_a_report_folder_that_cannot_be_written_is_refused_before_anything_exists(
        self, call: CommandLine, fake_run: FakeRun, deployable: Options, reports: Path
    ) -> None:
        reports.write_text("a file")

        completed = call("run", *deployable)

        assert completed.status == 2
        assert f"to {reports}" in completed.err
        assert "--report-dir" in completed.err
        assert "start" not in fake_run.target.steps
        assert fake_run.ledger.find(SUFFIX) is None

    def test_a_report_that_cannot_be_written_at_the_end_leaves_nothing_behind(
        self,
        call: CommandLine,
        fake_run: FakeRun,
        deployable: Options,
        reports: Path,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.setattr(deploy, "start_watchdog", lambda _: reports.write_text("a file"))

        completed = call("run", *deployable)

        assert completed.status == 2
        assert "cannot write the report" in completed.err
        assert fake_run.status is RunStatus.DESTROYED


@pytest.mark.parametrize("command", ["run", "deploy", "cloud", "sweep", "synth", "preflight"])
def test_a_region_that_does_not_exist_is_refused_before_anything_starts(
    call: CommandLine, tmp_path: Path, command: str
) -> None:
    completed = call(command, "--region", "xx-yy-9")

    assert completed.status == 2
    assert "--region: 'xx-yy-9' is not an AWS region" in completed.err
    assert not list(tmp_path.rglob("run.json"))


class TestDeploy:
    def test_it_keeps_the_stack_and_runs_no_checks(
        self, call: CommandLine, fake_run: FakeRun, deployable: Options
    ) -> None:
        completed = call("deploy", *deployable)

        assert completed.status == 0
        assert fake_run.status is RunStatus.DEPLOYED
        assert fake_run.target.running
        assert "pytest --catalog-reuse-stack" in " ".join(completed.out.split())

    def test_the_stack_outlives_the_command(
        self, call: CommandLine, fake_run: FakeRun, deployable: Options
    ) -> None:
        call("deploy", *deployable)

        assert fake_run.target.steps[0] == "create for None"

    def test_a_failed_deployment_is_destroyed(
        self, call: CommandLine, fake_run: FakeRun, deployable: Options
    ) -> None:
        fake_run.fail("apply", lines(error("no")))

        assert call("deploy", *deployable).status == 1
        assert fake_run.status is RunStatus.DESTROYED

    def test_a_variable_for_another_command_is_ignored(
        self,
        call: CommandLine,
        fake_run: FakeRun,
        deployable: Options,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.setenv("CATALOG_HARNESS_REUSE_STACK", "1")

        assert call("deploy", *deployable).status == 0
