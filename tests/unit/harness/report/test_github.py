"""The report in a job of GitHub Actions."""

import dataclasses
from pathlib import Path

import pytest

from harness.report.github import report_to_github, step_summary
from harness.run.evidence import Status
from tests.unit.harness.report.samples import FAILED, PASSED, result


@pytest.fixture
def summary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path / "summary.md"))
    return tmp_path / "summary.md"


def test_elsewhere_nothing_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GITHUB_ACTIONS", raising=False)
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path / "summary.md"))

    assert report_to_github(FAILED) == []
    assert not (tmp_path / "summary.md").exists()


def test_each_failure_is_an_annotation(summary: Path) -> None:
    error, check = report_to_github(FAILED)

    assert (
        error
        == "::error title=checks failed::destroy: PreconditionFailed%0A  What to do: destroy again"
    )
    assert check.startswith("::error title=s3/lifecycle::expected: exactly one rule%0A")


def test_a_passed_run_has_a_summary_and_no_annotation(summary: Path) -> None:
    summary.write_text("before\n")

    assert report_to_github(PASSED) == []

    text = summary.read_text()
    assert text.startswith("before\n## Catalog stack on embedded, eu-north-1\n")
    assert "**PASSED in 1 min 40 s. Checks: 2 passed**" in text
    assert "| apply | 1 min 10 s |" in text


def test_a_text_cannot_break_the_summary() -> None:
    hostile = result("a|b/`c`", Status.FAILED, "</pre><script>", claim="x")
    text = step_summary(dataclasses.replace(FAILED, results=(hostile,), errors=()))

    assert "<script>" not in text
    assert "a&#124;b/&#96;c&#96;" in text


def test_without_a_file_for_the_summary_there_are_annotations(
    summary: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("GITHUB_STEP_SUMMARY")

    assert len(report_to_github(FAILED)) == 2
    assert not summary.exists()
