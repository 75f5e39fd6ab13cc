import dataclasses
import io

import pytest
from rich.console import Console

from harness.core.redaction import MASK
from harness.report.model import RunReport
from harness.report.terminal import plain_summary, render_summary
from harness.run.evidence import Status
from harness.run.timeline import Phase
from tests.unit.harness.report.samples import FAILED, PASSED, Terminal, result


def test_the_summary_of_a_failed_run_is_complete() -> None:
    assert plain_summary(FAILED, width=90) == [
        "FAILED in 10.0 s. Checks: 1 failed, 2 passed, 1 not provable. Errors: 1. Left over: 1",
        "embedded eu-north-1, suffix pr123-7f3a; started 2026-08-02T09:14:07Z",
        "",
        "Errors",
        "  1. destroy: PreconditionFailed",
        "       What to do: destroy again",
        "",
        "Evidence",
        "  FAILED  data     s3/lifecycle",
        "                   expected: exactly one rule",
        "                   observed: no rule",
        "  passed  control  s3/encryption: aws:kms",
        "  passed  data     alb/targets-healthy: 2 of 2 targets healthy",
        "",
        "Not provable on embedded",
        "  data  ecs/spot-interruption: no capacity is interrupted here",
        "",
        "Phases (share of the wall time; they may overlap)",
        "  synth          4.0 s  40%  |================                        |",
        "  checks FAILED  5.0 s  50%  |                    ====================|",
        "",
        "Teardown",
        "  teardown proof FAILED: 1 resource left",
        "  cloudfront distribution E1A2B3",
        "",
        "FAILED in 10.0 s. Checks: 1 failed, 2 passed, 1 not provable. Errors: 1. Left over: 1",
    ]


def test_a_passed_run_shows_its_facts_the_proof_and_the_notes_and_no_empty_section() -> None:
    lines = plain_summary(PASSED)

    assert lines[0] == lines[-1] == "PASSED in 1 min 40 s. Checks: 2 passed"
    assert lines[1].endswith("; Terraform: 1.11.4")
    assert "  teardown proof: zero resources left" in lines
    assert "  the dashboard is not rendered here" in lines
    assert "Errors" not in lines
    assert "Not provable on embedded" not in lines


def test_a_run_without_results_is_not_shown_as_proved() -> None:
    report = RunReport("aws", "eu-north-1", "x1", "2026-08-02T09:14:07Z", errors=("no access",))

    assert plain_summary(report) == [
        "FAILED. Checks: none. Errors: 1",
        "aws eu-north-1, suffix x1; started 2026-08-02T09:14:07Z",
        "",
        "Errors",
        "  1. no access",
        "",
        "Teardown",
        "  no teardown: the stack was left as it is",
        "",
        "FAILED. Checks: none. Errors: 1",
    ]


@pytest.mark.parametrize("width", [40, 60, 71, 72, 80, 120])
def test_no_line_is_longer_than_the_width_and_no_word_is_lost(width: int) -> None:
    arn = "arn:aws:secretsmanager:eu-north-1:000000000000:secret:catalog-pr123-7f3a-db-AbCdEf"
    report = dataclasses.replace(
        FAILED, results=(*FAILED.results, result("iam/role", observed=arn))
    )

    lines = plain_summary(report, width=width)

    assert max(len(line) for line in lines) <= width
    assert arn in "".join(line.strip() for line in lines)


@pytest.mark.parametrize("width", [60, 80])
def test_a_phase_is_one_line_where_there_is_room(width: int) -> None:
    report = dataclasses.replace(PASSED, phases=(Phase("teardown proof", 0.0, 100.0),))

    assert any(
        "teardown proof  1 min 40 s  100%" in line for line in plain_summary(report, width=width)
    )


def test_the_bar_of_a_phase_with_a_long_name_is_one_line() -> None:
    long = Phase("wait for another `terraform init` of this machine", 0.0, 100.0)
    lines = plain_summary(dataclasses.replace(FAILED, phases=(long,)), width=80)

    assert [line.count("|") for line in lines if "|" in line] == [2]


def test_narrow_summaries_leave_the_bars_of_the_phases_out() -> None:
    assert not any("=" in line for line in plain_summary(FAILED, width=71))
    assert any("=" in line for line in plain_summary(FAILED, width=72))


def test_a_phase_without_duration_still_has_a_mark_inside_the_bar() -> None:
    report = dataclasses.replace(
        PASSED, resources=(), phases=(Phase("apply", 0.0, 10.0), Phase("proof", 10.0, 10.0))
    )

    assert any(line.endswith(" " * 39 + "=|") for line in plain_summary(report))


def test_phases_that_took_no_time_have_no_bar() -> None:
    report = dataclasses.replace(PASSED, resources=(), phases=(Phase("synth", 0.0, 0.0),))

    assert "  synth  0.0 s  0%" in plain_summary(report)


def test_a_slow_check_is_shown_with_its_duration() -> None:
    report = dataclasses.replace(PASSED, results=(result(seconds=3.94), result("alb/quick")))

    evidence = [line for line in plain_summary(report) if "alb/" in line]

    assert evidence[0].endswith("alb/targets-healthy (3.9 s): 2 of 2 targets healthy")
    assert evidence[1].endswith("alb/quick: 2 of 2 targets healthy")


def test_long_observations_are_cut_and_marked() -> None:
    failed = result("a/b", Status.FAILED, "x" * 3010)
    passed = result("a/c", observed="y" * 310)
    report = dataclasses.replace(PASSED, results=(failed, passed))
    text = "".join("".join(plain_summary(report)).split())

    assert f"observed:{'x' * 3000}...(10morecharacters)" in text
    assert f"a/c:{'y' * 300}...(10morecharacters)" in text


def test_a_failure_keeps_its_lines_a_passed_check_is_one_line() -> None:
    results = (result("a/b", Status.FAILED, "one\ntwo"), result("a/c", observed="one\ntwo"))
    lines = [line.strip() for line in plain_summary(dataclasses.replace(PASSED, results=results))]

    assert "two" in lines
    assert "passed  data  a/c: one two" in lines


def test_neither_markup_nor_control_characters_nor_secrets_get_through(secret: str) -> None:
    hostile = f"[bold]x[/bold] \x1b[2J\x07 {secret}"
    report = RunReport(
        *(hostile,) * 4,
        facts={hostile: hostile},
        phases=(Phase(hostile, 0.0, 1.0),),
        results=(result(hostile, Status.FAILED, hostile, claim=hostile),),
        errors=(hostile,),
        leftovers=(hostile,),
        notes=(hostile,),
    )

    text = "".join(line.strip() for line in plain_summary(report, width=200))

    assert text.isprintable()
    assert secret not in text
    assert text.count("[bold]x[/bold]") == text.count(MASK)


def test_plain_lines_stay_plain_where_colours_are_forced(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")

    assert not any("\x1b" in line for line in plain_summary(FAILED))


def test_a_terminal_gets_colours_unless_it_has_none(monkeypatch: pytest.MonkeyPatch) -> None:
    coloured = Terminal()
    Console(file=coloured, width=100).print(render_summary(FAILED))
    monkeypatch.setenv("NO_COLOR", "1")
    without = Terminal()
    Console(file=without, width=100).print(render_summary(FAILED))

    assert "\x1b[1;31mFAILED" in coloured.getvalue()
    assert "31m" not in without.getvalue()


def test_the_width_holds_on_a_wider_console() -> None:
    file = io.StringIO()
    Console(file=file, width=200).print(render_summary(FAILED, width=60))

    assert max(len(line.rstrip()) for line in file.getvalue().splitlines()) <= 60
