"""``terraform validate`` beside the rules: its errors and warnings as findings.

https://developer.hashicorp.com/terraform/cli/commands/validate. A deployment needs no such step:
its ``terraform plan`` makes the same checks before anything is created.
"""

import json
import shutil
from pathlib import Path
from typing import Any

from harness.core import process
from harness.core.errors import HarnessError
from harness.core.folders import temporary_folder
from harness.deploy.workspace import Tools
from harness.preflight.finding import Family, Finding, Severity
from harness.preflight.report import Report
from harness.terraform.cli_config import write_cli_config
from harness.terraform.command import child_environment

_INIT_SECONDS = 600.0
_SECONDS = 300.0
_PAGE = "https://developer.hashicorp.com/terraform/cli/commands/validate"
_SEVERITIES = {"error": Severity.BLOCKER, "warning": Severity.WARNING}


def validate(path: Path, tools: Tools) -> Report:
    """Return the findings of ``terraform validate`` for a root module, read from a copy of it.

    Where ``terraform init`` fails (no registry, no network) the report has a note instead.
    """
    folder = path if path.is_dir() else path.parent
    with temporary_folder("preflight-") as directory:
        work = directory / "work"
        shutil.copytree(folder, work, ignore=shutil.ignore_patterns(".terraform", "*.tfstate*"))
        try:
            diagnostics = _diagnostics(work, directory, tools)
        except HarnessError as error:
            return Report(notes=(f"terraform validate did not run: {error.message}",))
    fact = f"terraform validate, {tools.terraform.version_text}"
    return Report(tuple(_finding(item, folder, fact) for item in diagnostics))


def _diagnostics(work: Path, directory: Path, tools: Tools) -> list[dict[str, Any]]:
    cli = write_cli_config(
        tools.provider,
        directory / "cli",
        registry=tools.terraform.registry,
        cache=directory / "providers",
    )
    environment = child_environment({}, cli)
    command = list(tools.terraform.command)
    init = [*command, "init", "-backend=false", "-input=false", "-no-color"]
    process.run(init, cwd=work, env=environment, timeout=_INIT_SECONDS)
    done = process.run(
        [*command, "validate", "-json"],
        cwd=work,
        env=environment,
        timeout=_SECONDS,
        accept=(0, 1),
    )
    found: list[dict[str, Any]] = json.loads(done.stdout)["diagnostics"]
    return found


def _finding(item: dict[str, Any], folder: Path, fact: str) -> Finding:
    place = item.get("range") or {}
    context = (item.get("snippet") or {}).get("context") or place.get("filename", "terraform")
    words = context.replace('"', "").split()
    address = ".".join(words[1:] if words[0] == "resource" else words)
    return Finding(
        rule="terraform/validate",
        severity=_SEVERITIES[item["severity"]],
        family=Family.DEPLOY,
        address=address,
        message=f"{item['summary']}. {item.get('detail', '')}".strip(),
        error=f"Error: {item['summary']}",
        remedy="Correct what Terraform names.",
        documentation=_PAGE,
        source=str(folder / place["filename"]) if "filename" in place else "",
        fact=fact,
    )
