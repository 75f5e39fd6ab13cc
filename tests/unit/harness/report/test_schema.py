"""docs/report.schema.json: every report is valid, and a wrong one is not."""

import dataclasses
import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from harness.report.files import write_report
from harness.report.model import RunReport
from harness.run.evidence import Exchange, OwnTest, Status
from harness.run.timeline import Event
from tests.unit.harness.report.samples import FAILED, PASSED, result

SCHEMA = json.loads(Path("docs/report.schema.json").read_text())
VALIDATOR = Draft202012Validator(SCHEMA)
DETAILED = dataclasses.replace(
    FAILED,
    results=(dataclasses.replace(result(), exchanges=(Exchange("GET /", "{}", "500"),)),),
    tests=(OwnTest("test_a.py::test_b", Status.FAILED, 1.0, 2, "assert 0"),),
    events=(Event(-1.0, "ECS service api", "steady"),),
    references={"aws_lb.a": ("aws_vpc.b",), "aws_vpc.b": ()},
    configuration={"aws_lb.a": {"name": "a"}},
)
INTERRUPTED = dataclasses.replace(
    FAILED, interrupted=True, results=(result(status=Status.INTERRUPTED),)
)
REFUSED = RunReport(
    "aws", "eu-north-1", "pr1", "2026-08-02T09:14:07Z", errors=("no",), refused=True
)


def written(report: RunReport, folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(write_report(report, folder)[0].read_text())
    return found


@pytest.mark.parametrize(
    ("report", "verdict"),
    [
        (PASSED, "passed"),
        (DETAILED, "failed"),
        (INTERRUPTED, "interrupted"),
        (REFUSED, "refused"),
        (dataclasses.replace(PASSED, proved=False), "nothing proved"),
    ],
)
def test_a_report_is_valid(report: RunReport, verdict: str, tmp_path: Path) -> None:
    found = written(report, tmp_path)

    VALIDATOR.validate(found)
    assert found["verdict"] == verdict


def test_the_schema_names_every_field_and_no_other(tmp_path: Path) -> None:
    assert written(PASSED, tmp_path).keys() == SCHEMA["properties"].keys() == {*SCHEMA["required"]}


@pytest.mark.parametrize(
    "wrong",
    [{"schema": 1}, {"verdict": "fine"}, {"results": [{"check": "a"}]}, {"phases": ["apply"]}],
)
def test_what_is_wrong_is_not_valid(wrong: dict[str, Any], tmp_path: Path) -> None:
    assert not VALIDATOR.is_valid({**written(PASSED, tmp_path), **wrong})


def test_the_schema_is_valid_itself() -> None:
    Draft202012Validator.check_schema(SCHEMA)
