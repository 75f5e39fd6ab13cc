"""``terraform validate`` beside the rules: its errors and warnings as findings.

https://developer.hashicorp.com/terraform/cli/commands/validate. A deployment needs no such step:
its plan makes the same checks before anything is created, and ``plan_findings`` reads its errors.
"""

import json
import shutil
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from harness.core import process
from harness.core.errors import HarnessError
from harness.core.folders import temporary_folder
from harness.deploy.workspace import Tools
from harness.preflight.explanation import explain
from harness.preflight.finding import Family, Finding, Severity
from harness.preflight.report import Report
from harness.terraform.cli_config import write_cli_config
from harness.terraform.command import child_environment
from harness.terraform.errors import TerraformError
from harness.terraform.events import Diagnostic, parse_diagnostic

_INIT_SECONDS = 600.0
_SECONDS = 300.0
_SEVERITIES = {"error": Severity.BLOCKER, "warning": Severity.WARNING}


def validate(path: Path, tools: Tools, known: Sequence[Finding] = ()) -> Report:
    """Return the findings of ``terraform validate`` for a root module, read from a copy of it.

    Without those that a rule has in ``known``. Where ``terraform init`` fails (no registry, no
    network) the report has a note instead.
    """
    folder = path if path.is_dir() else path.parent
    with temporary_folder("preflight-") as directory:
        work = directory / "work"
        shutil.copytree(folder, work, ignore=shutil.ignore_patterns(".terraform", "*.tfstate*"))
        try:
            diagnostics = _diagnostics(work, directory, tools)
        except HarnessError as error:
            return Report(notes=(f"terraform validate did not run: {error.message}",))
    new = [item for item in diagnostics if not _is_known(item, known)]
    return Report(_findings(new, folder, f"terraform validate, {tools.terraform.version_text}"))


def plan_findings(failure: TerraformError, folder: Path, tools: Tools) -> tuple[Finding, ...]:
    """Return the errors of a plan as findings; empty unless all are about the configuration."""
    located = all(item.location for item in failure.diagnostics)
    if failure.planned or failure.aws_errors or failure.remedy or not located:
        return ()
    return _findings(failure.diagnostics, folder, f"terraform plan, {tools.terraform.version_text}")


def _is_known(item: Diagnostic, known: Sequence[Finding]) -> bool:
    """Return whether the rule of an error has a finding for its resource, in any module."""
    rule = explain("", f"{item.summary}: {item.detail}")
    return rule is not None and any(
        f".{finding.address}".endswith(f".{item.address}") and finding.rule == rule.id
        for finding in known
    )


def _diagnostics(work: Path, directory: Path, tools: Tools) -> list[Diagnostic]:
    cli = write_cli_config(
        tools.provider,
        directory / "cli",
        registry=tools.terraform.registry,
        cache=directory / "providers",
    )
    # Sockets of plugins, whose paths must be short, go into the folder that is removed.
    run = partial(process.run, cwd=work, env=child_environment({"TMPDIR": ".."}, cli), guarded=True)
    terraform = tools.terraform.command
    init = (*terraform, "init", "-backend=false", "-input=false", "-no-color")
    run(init, timeout=_INIT_SECONDS)
    done = run((*terraform, "validate", "-json"), timeout=_SECONDS, accept=(0, 1))
    return [parse_diagnostic(item) for item in json.loads(done.stdout)["diagnostics"]]


def _findings(items: Sequence[Diagnostic], folder: Path, fact: str) -> tuple[Finding, ...]:
    return tuple(dict.fromkeys(_finding(item, folder, fact) for item in items))


def _finding(item: Diagnostic, folder: Path, fact: str) -> Finding:
    source = item.location.rpartition(":")[0]
    return Finding(
        rule="terraform/validate",
        severity=_SEVERITIES[item.severity],
        family=Family.DEPLOY,
        address=item.address or item.location or "terraform",
        message=f"{item.summary}. {item.detail}".strip(),
        error=f"Error: {item.summary}",
        remedy="Correct what Terraform names.",
        documentation="https://developer.hashicorp.com/terraform/cli/commands/validate",
        source=str(folder / source) if source else "",
        fact=fact,
    )
