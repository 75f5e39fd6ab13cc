import dataclasses
import json
from dataclasses import asdict
from pathlib import Path

import pytest

from harness.core.errors import UsageError
from harness.core.redaction import MASK
from harness.report.files import write_report
from harness.report.html import render_html
from harness.report.model import RunReport
from tests.unit.harness.report.samples import FAILED, PASSED, result


@pytest.mark.parametrize("report", [PASSED, FAILED])
def test_the_json_has_every_value_of_the_report(report: RunReport, tmp_path: Path) -> None:
    written = json.loads(write_report(report, tmp_path)[0].read_text(encoding="utf-8"))

    assert written | json.loads(json.dumps(asdict(report))) == written


def test_both_files_are_written_into_a_new_directory(tmp_path: Path) -> None:
    directory = tmp_path / "reports" / "today"

    paths = write_report(PASSED, directory)

    assert paths == (directory / "report.json", directory / "report.html")
    own = [path for path in directory.glob("report-*") if path not in paths]
    assert sorted(path.suffix for path in own) == [".html", ".json"]
    assert (directory / "history.jsonl").exists()
    assert all(path.name.startswith("report-pr123-7f3a-") for path in own)
    assert paths[1].read_text(encoding="utf-8") == render_html(PASSED)


def test_reports_of_two_commands_stay_both(tmp_path: Path) -> None:
    write_report(PASSED, tmp_path)
    write_report(FAILED, tmp_path)

    texts = [path.read_text() for path in tmp_path.glob("report-*.json")]
    assert sorted(json.loads(text)["passed"] for text in texts) == [False, True]
    assert json.loads((tmp_path / "report.json").read_text())["passed"] is False


def test_the_json_has_the_documented_names(tmp_path: Path) -> None:
    found = json.loads(write_report(FAILED, tmp_path)[0].read_text(encoding="utf-8"))

    assert set(found) == {
        "schema", "passed", "verdict", "counts", "target", "region", "environment_suffix",
        "started_at", "facts", "phases", "resources", "results", "outputs", "errors", "leftovers",
        "torn_down", "teardown", "interrupted", "proved", "bundle", "notes",
        "tests", "events", "references", "configuration", "provider_clock", "refused",
    }  # fmt: skip
    assert (found["schema"], found["passed"], found["verdict"]) == (2, False, "failed")
    assert found["counts"] == {"passed": 2, "failed": 1, "interrupted": 0, "not provable": 1}
    assert found["phases"][1] == {"name": "checks", "started": 5.0, "ended": 10.0, "failed": True}
    assert found["results"][1] == {
        "check": "s3/encryption",
        "claim": "every target is healthy",
        "plane": "control plane",
        "target": "embedded",
        "status": "passed",
        "observed": "aws:kms",
        "seconds": 0.25,
        "started_at": "",
        "exchanges": [],
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

    found = json.loads(write_report(odd, tmp_path)[0].read_text(encoding="utf-8"))

    assert found["notes"] == list(odd.notes)


def test_a_failed_write_leaves_the_earlier_report_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    earlier = [path.read_bytes() for path in write_report(PASSED, tmp_path)]
    files = sorted(tmp_path.iterdir())

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("harness.report.files.os.replace", full)
    with pytest.raises(UsageError, match="No space left on device") as caught:
        write_report(FAILED, tmp_path)

    assert "--report-dir" in caught.value.remedy
    names = ["report.json", "report.html"]
    assert [(tmp_path / name).read_bytes() for name in names] == earlier
    assert sorted(tmp_path.iterdir()) == files


def test_a_directory_that_cannot_be_is_a_users_mistake(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")

    with pytest.raises(UsageError, match="cannot write the report to"):
        write_report(PASSED, tmp_path / "file")


def test_the_bundle_of_a_failure_is_named_and_linked(tmp_path: Path) -> None:
    report = dataclasses.replace(FAILED, bundle="bundle-pr1.zip")

    paths = write_report(report, tmp_path)

    assert paths[2:] == (tmp_path / "bundle-pr1.zip",)
    assert json.loads(paths[0].read_text())["bundle"] == "bundle-pr1.zip"
    assert '<a href="bundle-pr1.zip">' in paths[1].read_text()
    assert "bundle-" not in render_html(FAILED)
