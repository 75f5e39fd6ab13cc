import json
from pathlib import Path

import pytest

from harness.core.errors import UsageError
from harness.core.redaction import MASK
from harness.report.files import read_report, write_report
from harness.report.html import render_html
from harness.report.model import RunReport
from tests.unit.harness.report.samples import FAILED, PASSED, result


@pytest.mark.parametrize("report", [PASSED, FAILED])
def test_a_report_is_read_back_as_it_was_written(report: RunReport, tmp_path: Path) -> None:
    written, _ = write_report(report, tmp_path)

    assert read_report(written) == report
    assert read_report(tmp_path) == report


def test_both_files_are_written_into_a_new_directory(tmp_path: Path) -> None:
    directory = tmp_path / "reports" / "today"

    paths = write_report(PASSED, directory)

    assert paths == (directory / "report.json", directory / "report.html")
    assert sorted(directory.iterdir()) == sorted(paths)
    assert paths[1].read_text(encoding="utf-8") == render_html(PASSED)


def test_the_json_has_the_documented_names(tmp_path: Path) -> None:
    found = json.loads(write_report(FAILED, tmp_path)[0].read_text(encoding="utf-8"))

    assert set(found) == {
        "schema", "passed", "counts", "target", "region", "environment_suffix", "started_at",
        "facts", "phases", "resources", "results", "outputs", "errors", "leftovers",
        "torn_down", "notes",
    }  # fmt: skip
    assert (found["schema"], found["passed"]) == (1, False)
    assert found["counts"] == {"passed": 2, "failed": 1, "not provable": 1}
    assert found["phases"][1] == {"name": "checks", "started": 5.0, "ended": 10.0, "failed": True}
    assert found["results"][1] == {
        "check": "s3/encryption",
        "claim": "every target is healthy",
        "plane": "control plane",
        "target": "embedded",
        "status": "passed",
        "observed": "aws:kms",
        "seconds": 0.25,
    }


def test_no_secret_reaches_a_file(secret: str, tmp_path: Path) -> None:
    leaky = RunReport(
        "embedded",
        "eu-north-1",
        "x",
        "now",
        facts={"login": secret},
        results=(result(observed=f"saw {secret}"),),
        errors=(f"psql postgresql://catalog:{secret}@db/catalog refused",),
    )

    for path in write_report(leaky, tmp_path):
        text = path.read_text(encoding="utf-8")
        assert "tr0ub4dor" not in text
        assert f"saw {MASK}" in text


def test_texts_that_no_encoding_has_survive(tmp_path: Path) -> None:
    odd = RunReport("t", "r", "s", "now", notes=("lone \ud800 caf\u00e9 \x1b",))

    assert read_report(write_report(odd, tmp_path)[0]) == odd


def test_a_failed_write_leaves_the_earlier_report_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_report(PASSED, tmp_path)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("harness.report.files.os.replace", full)
    with pytest.raises(UsageError, match="No space left on device") as caught:
        write_report(FAILED, tmp_path)

    assert "--report-dir" in caught.value.remedy
    assert read_report(tmp_path) == PASSED
    assert sorted(path.name for path in tmp_path.iterdir()) == ["report.html", "report.json"]


def test_a_directory_that_cannot_be_is_a_users_mistake(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")

    with pytest.raises(UsageError, match="cannot write the report to"):
        write_report(PASSED, tmp_path / "file")


def test_a_missing_report_is_a_users_mistake(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"cannot read the report .*No such file") as caught:
        read_report(tmp_path)

    assert "report.json" in caught.value.remedy


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"schema": 2}, "schema 2 instead of 1"),
        ({"results": [{"check": "a/b"}]}, "KeyError: 'claim'"),
        ({"results": 3}, "TypeError"),
        ({"phases": [[]]}, "TypeError"),
    ],
)
def test_an_unreadable_report_is_a_usage_error_with_its_reason(
    change: dict[str, object], message: str, tmp_path: Path
) -> None:
    path, _ = write_report(PASSED, tmp_path)
    path.write_text(json.dumps({**json.loads(path.read_text()), **change}))

    with pytest.raises(UsageError, match=message):
        read_report(path)


@pytest.mark.parametrize("content", [b"", b"[]", b"{}", b"\xff\xfe", b"<html>"])
def test_other_files_are_not_taken_for_reports(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "other.json"
    path.write_bytes(content)

    with pytest.raises(UsageError, match="is not a readable report"):
        read_report(path)


def test_names_of_a_later_version_are_ignored(tmp_path: Path) -> None:
    path, _ = write_report(PASSED, tmp_path)
    path.write_text(json.dumps({**json.loads(path.read_text()), "added_later": 1}))

    assert read_report(path) == PASSED
