"""The report of a run: what is in it, and when a run counts as failed."""

import pytest

from harness.core.errors import HarnessError
from harness.core.interrupts import Terminated
from harness.deploy.deploy import deploy
from harness.pipeline.lifetime import teardown
from harness.pipeline.outcome import RunOutcome, kept_note
from harness.run.evidence import Status
from harness.run.run import Run
from tests.unit.harness.fake_run import SUFFIX, FakeRun
from tests.unit.harness.pipeline.test_prove import result


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
    def test_a_run_without_errors_is_fine(self) -> None:
        assert not RunOutcome(results=(result("a"), result("b", Status.NOT_PROVABLE))).failed

    def test_a_failed_check_fails_it(self) -> None:
        assert RunOutcome(results=(result("a"), result("b", Status.FAILED))).failed

    def test_an_error_fails_it(self) -> None:
        assert RunOutcome(errors=[HarnessError("no")]).failed


class TestReport:
    def test_a_run_that_never_came_on_record_has_none(self, fake_run: FakeRun) -> None:
        assert RunOutcome().report(fake_run.run()) is None

    def test_nor_has_one_whose_suffix_is_another_runs(self, fake_run: FakeRun, run: Run) -> None:
        assert RunOutcome().report(fake_run.later_run(run)) is None

    def test_it_says_what_was_deployed_and_where(self, fake_run: FakeRun) -> None:
        run = fake_run.run()
        outcome = RunOutcome(results=(result("a"),), notes=["kept"])
        outcome.look_at(deploy(run))
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

    def test_it_says_that_the_stack_was_torn_down(self, fake_run: FakeRun) -> None:
        run = fake_run.run()
        deploy(run)
        teardown(run)

        report = RunOutcome().report(run)

        assert report is not None
        assert report.torn_down

    def test_a_target_that_ended_by_itself_proves_nothing(self, fake_run: FakeRun) -> None:
        run = fake_run.run()
        deploy(run)
        fake_run.target.running = False
        teardown(run)

        report = RunOutcome().report(run)

        assert report is not None
        assert not report.torn_down

    def test_an_error_is_quoted_with_its_notes(self, run: Run) -> None:
        error = HarnessError("apply failed", remedy="mend it")
        error.add_note("Afterwards the teardown failed as well")

        text = errors_of(run, error)[0]

        assert text.splitlines() == [
            "apply failed",
            "  What to do: mend it",
            "Afterwards the teardown failed as well",
        ]

    def test_a_bug_is_named_by_its_kind(self, run: Run) -> None:
        assert errors_of(run, KeyError("x")) == ("KeyError('x')",)

    @pytest.mark.parametrize(
        ("error", "said"), [(KeyboardInterrupt(), "interrupted"), (Terminated(), "terminated")]
    )
    def test_an_interrupted_run_says_so_with_what_followed(
        self, run: Run, error: BaseException, said: str
    ) -> None:
        error.add_note("Afterwards the teardown failed as well")

        assert errors_of(run, error) == (f"{said}\nAfterwards the teardown failed as well",)


def test_whoever_keeps_a_stack_is_told_how_to_remove_it() -> None:
    assert "catalog-harness destroy --environment-suffix pr1" in kept_note("pr1")
