"""The history of a report folder."""

import dataclasses
from pathlib import Path

from harness.report.history import (
    append_history,
    flips,
    past_run,
    read_history,
    remaining_seconds,
)
from harness.run.evidence import Status
from tests.unit.harness.report.samples import FAILED, PASSED, result

PAST = past_run(PASSED, "report-1.html")


def test_what_is_appended_is_read(tmp_path: Path) -> None:
    append_history(tmp_path, PAST)
    append_history(tmp_path, past_run(FAILED, "report-2.html"))

    first, second = read_history(tmp_path)

    assert first == PAST
    assert (second["verdict"], second["report"]) == ("failed", "report-2.html")
    assert second["statuses"]["s3/lifecycle"] == "failed"


def test_without_a_file_there_is_no_history(tmp_path: Path) -> None:
    assert read_history(tmp_path) == []


def test_a_damaged_line_is_passed_over(tmp_path: Path) -> None:
    (tmp_path / "history.jsonl").write_text('{"half\n[]\n{"started_at": ""}\n')
    append_history(tmp_path, PAST)

    assert read_history(tmp_path) == [PAST]


def test_a_flip_is_a_change_of_what_a_target_showed_last() -> None:
    failed = dataclasses.replace(PASSED, results=(result(status=Status.FAILED),))
    skipped = dataclasses.replace(PASSED, results=(result(status=Status.NOT_PROVABLE),))
    elsewhere = dataclasses.replace(failed, target="aws")
    runs = [past_run(each, "") for each in (PASSED, skipped, elsewhere, failed, failed, PASSED)]

    assert flips(runs) == [[], [], [], ["alb/targets-healthy"], [], ["alb/targets-healthy"]]


def test_the_remaining_time_is_that_of_passed_runs_on_the_target() -> None:
    slow = {**PAST, "seconds": 300.0}

    assert remaining_seconds([PAST], "embedded", "apply", 30.0) == 65.0
    assert remaining_seconds([PAST, slow, PAST], "embedded", "apply", 30.0) == 65.0
    assert remaining_seconds([PAST], "embedded", "apply", 1000.0) == 0.0


def test_without_such_a_run_nothing_is_predicted() -> None:
    failed = past_run(FAILED, "")

    assert remaining_seconds([PAST], "aws", "apply", 0.0) is None
    assert remaining_seconds([failed], "embedded", "checks", 0.0) is None
    assert remaining_seconds([PAST], "embedded", "unknown", 0.0) is None


def test_a_run_that_keeps_its_stack_is_measured_by_its_like() -> None:
    kept = {**PAST, "seconds": 80.0, "phases": [["apply", 5.0, 75.0]]}

    assert remaining_seconds([PAST, kept], "embedded", "apply", 0.0, whole=False) == 75.0
    assert remaining_seconds([PAST, kept], "embedded", "apply", 0.0, whole=True) == 95.0
