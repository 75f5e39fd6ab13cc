"""The outcome of a run: its report, and whether it has failed."""

import pytest

from harness.core.errors import HarnessError
from harness.core.interrupts import Terminated
from harness.deploy.deploy import deploy
from harness.pipeline.lifetime import teardown
from harness.pipeline.outcome import RunOutcome, kept_note
from harness.report.model import Verdict
from harness.run.evidence import Status
from harness.run.run import Run
from tests.unit.harness.fake_checks import result
from tests.unit.harness.fake_run import SUFFIX, FakeRun


@pytest.fixture
def run(fake_run: FakeRun) -> Run:
    run = fake_run.run()
    run.begin()
    return run


def errors_of(run: Run, *errors: BaseException) -> tuple[str, ...]:
    report = RunOutcome(errors=list(errors)).report(run)
    assert report is not None
    return report.errors


class TestFailed:
    def test_a_run_without_errors_has_not_failed(self) -> None:
        assert not RunOutcome(results=(result("a"), result("b", Status.NOT_PROVABLE))).failed

    def test_a_failed_check_fails_the_run(self) -> None:
        assert RunOutcome(results=(result("a"), result("b", Status.FAILED))).failed

    def test_an_error_fails_the_run(self) -> None:
        assert RunOutcome(errors=[HarnessError("no")]).failed

    def test_nothing_proved_fails_the_run(self) -> None:
        assert RunOutcome(results=(result("a", Status.NOT_PROVABLE),), proved=False).failed


class TestReport:
    def test_a_run_that_is_not_on_record_has_no_report(self, fake_run: FakeRun) -> None:
        assert RunOutcome().report(fake_run.run()) is None

    def test_a_run_with_the_suffix_of_another_has_no_report(
        self, fake_run: FakeRun, run: Run
    ) -> None:
        assert RunOutcome().report(fake_run.later_run(run)) is None

    def test_it_contains_what_was_deployed_and_where(self, fake_run: FakeRun) -> None:
        run = fake_run.run()
        outcome = RunOutcome(results=(result("a"),), notes=["kept"])
        outcome.record_deployment(deploy(run))
        run.timeline.note("known drift")

        report = outcome.report(run)

        assert report is not None
        assert (report.target, report.region) == ("embedded", "eu-north-1")
        assert report.environment_suffix == SUFFIX
        assert report.started_at == run.started_at
        assert report.facts["endpoint"] == "http://127.0.0.1:1"
        assert report.outputs["tiers"] == "network, storage"
        assert report.outputs["log_bucket_name"] == "catalog-logs-pr1"
        assert "vpc_id" not in report.outputs
        assert [phase.name for phase in report.phases]
        assert report.facts["tiers"] == "network, storage"
        assert report.notes == ("known drift", "kept")
        assert report.passed
        assert not report.torn_down

    def test_leftovers_of_the_teardown_are_in_it(self, run: Run) -> None:
        run.teardown.leftovers = ("s3 bucket b",)

        report = RunOutcome().report(run)

        assert report is not None
        assert report.leftovers == ("s3 bucket b",)
        assert report.verdict is Verdict.FAILED

    @pytest.mark.parametrize("interrupt", [KeyboardInterrupt(), Terminated()])
    def test_an_interrupted_run_is_neither_passed_nor_failed(
        self, run: Run, interrupt: BaseException
    ) -> None:
        report = RunOutcome(errors=[HarnessError("no"), interrupt]).report(run)

        assert report is not None
        assert report.verdict is Verdict.INTERRUPTED

    def test_it_contains_that_the_stack_was_destroyed(self, fake_run: FakeRun) -> None:
        run = fake_run.run()
        deploy(run)
        teardown(run)

        report = RunOutcome().report(run)

        assert report is not None
        assert report.torn_down

    def test_a_target_that_has_ended_proves_nothing(self, fake_run: FakeRun) -> None:
        run = fake_run.run()
        deploy(run)
        fake_run.target.running = False
        teardown(run)

        report = RunOutcome().report(run)

        assert report is not None
        assert not report.torn_down

    def test_an_error_is_quoted_with_its_notes(self, run: Run) -> None:
        error = HarnessError("apply failed", remedy="fix it")
        error.add_note("Afterwards the teardown failed as well")

        text = errors_of(run, error)[0]

        assert text.splitlines() == [
            "apply failed",
            "  What to do: fix it",
            "Afterwards the teardown failed as well",
        ]

    def test_a_bug_is_reported_with_its_class(self, run: Run) -> None:
        assert errors_of(run, KeyError("x")) == ("KeyError('x')",)

    @pytest.mark.parametrize(
        ("error", "text"), [(KeyboardInterrupt(), "interrupted"), (Terminated(), "terminated")]
    )
    def test_an_interrupt_is_reported_with_its_notes(
        self, run: Run, error: BaseException, text: str
    ) -> None:
        error.add_note("Afterwards the teardown failed as well")

        assert errors_of(run, error) == (f"{text}\nAfterwards the teardown failed as well",)


def test_the_note_on_a_kept_stack_has_the_command_that_removes_it() -> None:
    assert "catalog-harness destroy --environment-suffix pr1" in kept_note("pr1")
