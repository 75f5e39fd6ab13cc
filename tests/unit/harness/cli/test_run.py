"""``run``, ``deploy``, ``check``, ``destroy`` and ``benchmark``."""

import json
from pathlib import Path

import pytest

from harness.aws.resources.resource import Kind, Resource
from harness.benchmarks.bare_terraform import Comparison
from harness.run.evidence import Status
from harness.run.run_record import RunStatus
from harness.teardown.proof import Leftover, TeardownProof
from tests.unit.harness.cli.conftest import CommandLine
from tests.unit.harness.fake_run import SUFFIX, FakeRun
from tests.unit.harness.pipeline.test_prove import FakeChecks, result
from tests.unit.harness.terraform.fake_terraform import error, lines

LEFT = TeardownProof(
    SUFFIX, (Leftover(Resource(Kind.BUCKET, "catalog-logs-pr1"), "by name"),), ("s3",)
)
Options = tuple[str, ...]


@pytest.fixture
def reports(fake_run: FakeRun) -> Path:
    return fake_run.settings().report_dir


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

    def test_a_failed_apply_is_printed_and_in_the_report(
        self, call: CommandLine, fake_run: FakeRun, deployable: Options, reports: Path
    ) -> None:
        fake_run.fail("apply", lines(error("no such version", address="aws_rds_cluster.db")))

        completed = call("run", *deployable)

        assert completed.status == 1
        assert completed.err.startswith("Error: terraform apply failed: aws_rds_cluster.db")
        assert "no such version" in (reports / "report.json").read_text()
        assert fake_run.status is RunStatus.DESTROYED

    def test_a_leftover_fails_the_run(
        self, call: CommandLine, fake_run: FakeRun, deployable: Options
    ) -> None:
        fake_run.proof = LEFT

        completed = call("run", *deployable)

        assert completed.status == 1
        assert "catalog-logs-pr1" in completed.err

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
        assert len(report["results"]) == 2

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
        assert not (reports / "report.json").exists()

    def test_a_report_that_cannot_be_written_does_not_hide_the_first_error(
        self, call: CommandLine, fake_run: FakeRun, deployable: Options, reports: Path
    ) -> None:
        reports.write_text("a file")

        completed = call("run", *deployable)

        assert completed.status == 2
        assert "cannot write the report" in completed.err
        assert fake_run.status is RunStatus.DESTROYED


class TestDeploy:
    def test_it_keeps_the_stack_and_runs_no_checks(
        self, call: CommandLine, fake_run: FakeRun, deployable: Options
    ) -> None:
        completed = call("deploy", *deployable)

        assert completed.status == 0
        assert fake_run.status is RunStatus.DEPLOYED
        assert fake_run.target.running
        assert "pytest --reuse-stack" in " ".join(completed.out.split())

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


class TestCheck:
    def test_it_checks_the_newest_deployed_stack(
        self,
        call: CommandLine,
        fake_run: FakeRun,
        deployable: Options,
        checks: FakeChecks,
        reports: Path,
    ) -> None:
        call("deploy", *deployable)

        completed = call("check", "--only", "alb/*", "--only", "ecs/*", "--read-only")

        assert completed.status == 0, completed.err
        assert checks.given["only"] == ("alb/*", "ecs/*")
        assert checks.given["exclusive"] is False
        assert fake_run.status is RunStatus.DEPLOYED
        assert fake_run.verbs.count("apply") == 1

    def test_all_checks_run_by_default(
        self, call: CommandLine, fake_run: FakeRun, deployable: Options, checks: FakeChecks
    ) -> None:
        call("deploy", *deployable)

        call("check", "--environment-suffix", SUFFIX)

        assert (checks.given["only"], checks.given["exclusive"]) == (None, True)

    def test_a_failed_check_is_status_1(
        self, call: CommandLine, deployable: Options, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        call("deploy", *deployable)
        failed = (result("alb/a", Status.FAILED),)
        monkeypatch.setattr("harness.pipeline.prove.run_checks", lambda *_, **__: failed)

        assert call("check").status == 1

    def test_the_checks_can_be_listed_without_a_stack(self, call: CommandLine) -> None:
        completed = call("check", "--list")

        assert completed.status == 0
        assert "alb/" in completed.out
        assert "cloudfront/" in completed.out

    @pytest.mark.parametrize(
        ("arguments", "message"),
        [
            ((), "no deployed stack is on record"),
            (("--environment-suffix", "pr9"), "no run with environment suffix 'pr9'"),
            (("--environment-suffix", "A B"), "invalid environment suffix 'A B'"),
        ],
    )
    def test_an_unknown_stack_is_a_usage_error(
        self, call: CommandLine, fake_run: FakeRun, arguments: Options, message: str
    ) -> None:
        completed = call("check", *arguments)

        assert completed.status == 2
        assert message in completed.err


class TestDestroy:
    def test_it_removes_the_newest_stack_and_prints_the_proof(
        self, call: CommandLine, fake_run: FakeRun, deployable: Options
    ) -> None:
        call("deploy", *deployable)

        completed = call("destroy")

        assert completed.status == 0, completed.err
        assert "2 services queried for pr1: nothing left" in completed.out
        assert fake_run.status is RunStatus.DESTROYED

    def test_a_stack_whose_cloud_has_ended_needs_no_destroy(
        self, call: CommandLine, fake_run: FakeRun, deployable: Options
    ) -> None:
        call("deploy", *deployable)
        fake_run.target.running = False

        completed = call("destroy", "--environment-suffix", SUFFIX)

        assert completed.status == 0
        assert "pr1: nothing to destroy" in completed.out

    def test_a_leftover_is_a_failure(
        self, call: CommandLine, fake_run: FakeRun, deployable: Options
    ) -> None:
        call("deploy", *deployable)
        fake_run.proof = LEFT

        assert call("destroy").status == 1

    def test_all_runs_are_destroyed_although_one_fails(
        self, call: CommandLine, fake_run: FakeRun, deployable: Options
    ) -> None:
        call("deploy", *deployable)
        other = fake_run.run()
        other.ledger.begin(
            fake_run.ledger.get(SUFFIX).__class__(
                environment_suffix="pr0",
                target="embedded",
                region="eu-north-1",
                status=RunStatus.STARTING,
                started_at="2020",
            )
        )
        fake_run.proof = LEFT

        completed = call("destroy", "--all")

        assert completed.status == 1
        assert "Error: pr1: after destroy the target still holds" in completed.err
        assert "pr0: nothing to destroy" in completed.out

    def test_all_without_a_run_succeeds(self, call: CommandLine, fake_run: FakeRun) -> None:
        assert call("destroy", "--all").status == 0

    def test_a_suffix_and_all_is_a_usage_error(self, call: CommandLine, fake_run: FakeRun) -> None:
        completed = call("destroy", "--all", "--environment-suffix", SUFFIX)

        assert completed.status == 2
        assert "both given" in completed.err

    def test_no_run_to_destroy_is_a_usage_error(self, call: CommandLine, fake_run: FakeRun) -> None:
        assert call("destroy").status == 2


@pytest.mark.parametrize(("seconds", "status"), [(105.0, 0), (120.0, 1)])
def test_the_exit_status_of_benchmark_depends_on_the_ratio(
    call: CommandLine, monkeypatch: pytest.MonkeyPatch, seconds: float, status: int
) -> None:
    result = Comparison(bare={"apply": 60.0, "destroy": 40.0}, harness=seconds)
    monkeypatch.setattr("harness.cli.run.compare", lambda _settings, _note: result)

    completed = call("benchmark")

    assert completed.status == status
    assert "in all" in completed.out
    assert f"{seconds / 100:.2f}" in completed.out
