"""Terraform's diagnostics as findings; Terraform itself is the faked process."""

import json
from dataclasses import replace
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import pytest

from harness.core import process
from harness.core.errors import ProcessError
from harness.deploy import validate as module
from harness.deploy.validate import plan_findings, validate
from harness.deploy.workspace import Tools
from harness.terraform.binary import Terraform
from harness.terraform.errors import TerraformError, terraform_error
from harness.terraform.events import ChangeSummary, Event, parse_diagnostic

FOUND = Terraform(("terraform",), (1, 11, 4), "terraform", "a test", "1.11.4")
NO_PROVIDER: Any = None  # only ``write_cli_config`` reads it, which is replaced
TOOLS = Tools(FOUND, NO_PROVIDER, None)
ERROR = {
    "severity": "error",
    "summary": "Missing required argument",
    "detail": "The argument is required.",
    "range": {"filename": "main.tf", "start": {"line": 1}},
    "snippet": {"context": 'resource "aws_lb" "this"'},
}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(module, "write_cli_config", lambda *_, **__: tmp_path / "rc")
    (tmp_path / "main.tf").write_text("")
    (tmp_path / "terraform.tfstate").write_text("secret")
    return tmp_path


def terraform(monkeypatch: pytest.MonkeyPatch, *diagnostics: dict[str, Any]) -> list[list[str]]:
    """Replace Terraform; returns its commands, and the files of the folder where it ran."""
    commands = []

    def run(command: list[str], *, cwd: Path, **_: Any) -> CompletedProcess[str]:
        commands.append([*command[1:2], *sorted(path.name for path in cwd.glob("*.t*"))])
        return CompletedProcess(
            tuple(command), 0, json.dumps({"diagnostics": list(diagnostics)}), ""
        )

    monkeypatch.setattr(process, "run", run)
    return commands


def test_diagnostics_are_findings(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    warning = {"severity": "warning", "summary": "Deprecated"}
    commands = terraform(monkeypatch, ERROR, warning)
    report = validate(folder, TOOLS)
    error, deprecated = report.findings
    assert (error.severity, deprecated.severity) == ("blocker", "warning")
    assert error.address == "aws_lb.this"
    assert error.source == str(folder / "main.tf")
    assert error.fact.startswith("terraform validate, ")
    assert commands == [["init", "main.tf"], ["validate", "main.tf"]]


def test_an_error_that_a_rule_reports_is_not_repeated(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    detail = 'The argument "subnet_ids" is required, but no definition was found.'
    terraform(monkeypatch, {**ERROR, "detail": detail})
    (error,) = validate(folder, TOOLS).findings
    known = replace(error, rule="terraform/arguments", address="module.a.aws_lb.this")
    assert validate(folder, TOOLS, [known]).findings == ()
    for other in (replace(known, rule="s3/other"), replace(known, address="aws_lb.other")):
        assert validate(folder, TOOLS, [other]).findings == (error,)


PLACE = {"filename": "cdk.tf.json", "start": {"line": 3}}


def plan(*diagnostics: dict[str, Any], planned: bool = False) -> TerraformError:
    events: list[Event] = [parse_diagnostic({"severity": "error", **d}) for d in diagnostics]
    return terraform_error("apply", [ChangeSummary("plan", 1, 0, 0)] * planned + events)


INVALID = {"summary": "Invalid value", "address": "aws_lb.this", "range": PLACE}


def test_errors_of_a_plan_are_findings_once(tmp_path: Path) -> None:
    (finding,) = plan_findings(plan(INVALID, INVALID), tmp_path, TOOLS)
    assert (finding.rule, finding.address) == ("terraform/validate", "aws_lb.this")
    assert finding.source == str(tmp_path / "cdk.tf.json")
    assert finding.fact.startswith("terraform plan, ")


@pytest.mark.parametrize(
    "failure",
    [
        plan(INVALID, planned=True),
        plan(INVALID, {"summary": "Cycle: aws_lb.this"}),
        plan({**INVALID, "summary": "request send failed"}),
        plan({**INVALID, "summary": "operation error S3: x, api error AccessDenied: no"}),
        plan(),
    ],
    ids=["after the plan", "no place", "operational", "of AWS", "no diagnostic"],
)
def test_other_errors_of_an_apply_are_none(failure: TerraformError, tmp_path: Path) -> None:
    assert plan_findings(failure, tmp_path, TOOLS) == ()


def test_without_diagnostics_there_is_no_finding(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    terraform(monkeypatch)
    assert validate(folder / "main.tf", TOOLS).findings == ()


def test_where_terraform_cannot_be_initialised_there_is_a_note(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any, **__: Any) -> CompletedProcess[str]:
        raise ProcessError("no registry")

    monkeypatch.setattr(process, "run", fail)
    report = validate(folder, TOOLS)
    assert report.findings == ()
    assert report.notes == ("terraform validate did not run: no registry",)
