"""The history of a report folder."""

import dataclasses
from pathlib import Path

from harness.report.history import (
    PastRun,
    append_history,
    flips,
    past_run,
    read_history,
    remaining_time,
)
from harness.run.evidence import Status
from harness.settings.settings import HarnessSettings
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


class Remaining:
    """The remaining time by the runs in a folder, for a run on the embedded target."""

    def __init__(self, folder: Path, *runs: PastRun) -> None:
        for each in runs:
            append_history(folder, each)
        self._settings = HarnessSettings(report_dir=folder)

    def __call__(self, phase: str, elapsed: float, **kind: bool) -> float | None:
        return remaining_time(self._settings, **{"whole": True, **kind})(phase, elapsed)


def test_the_remaining_time_is_the_median_of_passed_runs(tmp_path: Path) -> None:
    remaining = Remaining(tmp_path, PAST, {**PAST, "seconds": 300.0}, PAST)

    assert remaining("apply", 30.0) == 65.0
    assert remaining("apply", 1000.0) == 0.0


def test_without_such_a_run_nothing_is_predicted(tmp_path: Path) -> None:
    elsewhere = {**PAST, "target": "aws", "phases": [["readiness", 0.0, 1.0]]}
    remaining = Remaining(tmp_path, past_run(FAILED, ""), elsewhere, PAST)

    assert remaining("checks", 0.0) is None
    assert remaining("readiness", 0.0) is None
    assert remaining("unknown", 0.0) is None


def test_a_run_that_keeps_its_stack_is_measured_by_its_like(tmp_path: Path) -> None:
    kept = {**PAST, "seconds": 80.0, "phases": [["apply", 5.0, 75.0]]}
    remaining = Remaining(tmp_path, PAST, kept)

    assert remaining("apply", 0.0, whole=False) == 75.0
    assert remaining("apply", 0.0, whole=True) == 95.0


def test_a_session_of_pytest_is_measured_by_its_like(tmp_path: Path) -> None:
    session = {**PAST, "seconds": 305.0, "statuses": {"test_a.py::test_b": "passed"}}
    remaining = Remaining(tmp_path, PAST, session)

    assert remaining("apply", 0.0, tests=True) == 300.0
    assert remaining("apply", 0.0) == 95.0
