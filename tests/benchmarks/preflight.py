"""Preflight compared with alternatives: ``python -m tests.benchmarks.preflight``.

Each of the six known mistakes is made in the real catalog stack, one at a time, and checked by
preflight, by ``terraform validate`` with the real provider and by checkov, if it is on PATH or
given by ``--checkov`` (in an environment of its own), the last also as HCL and as a plan. A tool
reports a mistake if it reports anything that it does not report for the correct stack; a tool that
reads no resource has no number.
"""

import argparse
import json
import shutil
import statistics
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from harness.catalog import CATALOG, StackConfig
from harness.core import process
from harness.core.folders import temporary_folder
from harness.deploy.workspace import Tools, find_tools
from harness.preflight.configuration import read_configurations
from harness.preflight.engine import preflight
from harness.preflight.rules import all_rules
from harness.preflight.terraform_version import TerraformVersion
from harness.synth.synthesize import synthesize
from harness.terraform.cli_config import write_cli_config
from harness.terraform.command import child_environment
from tests.benchmarks.known_mistakes import CORPUS, KNOWN_MISTAKES
from tests.unit.harness.preflight.as_hcl import as_hcl
from tests.unit.harness.preflight.as_plan import as_plan

_REPEATS = 7
_INIT_SECONDS = 600.0
_RUN_SECONDS = 300.0
_ALL_SECONDS = 1800.0

Inspect = Callable[[Path], set[str]]


@dataclass(frozen=True)
class Result:
    """The result of one tool.

    Attributes:
        tool: Name of the tool.
        seconds: Median time for the correct stack.
        errors: Numbers of the mistakes reported as errors or blockers.
        warnings: Numbers of the mistakes reported as warnings.
        unread: Why the tool read nothing; empty if it did.
    """

    tool: str
    seconds: float
    errors: tuple[int, ...]
    warnings: tuple[int, ...]
    unread: str = ""


def measure(tool: str, inspect: Inspect, folders: dict[int, Path], repeats: int) -> Result:
    """Time a tool on the correct stack (number 0), and run it on each mistake.

    Args:
        tool: Name of the tool.
        inspect: Inspects a folder with one configuration; returns messages that begin with
            ``error``, ``warning`` or ``unread``.
        folders: Number of the mistake -> folder.
        repeats: Number of runs on the correct stack.
    """
    times: list[float] = []
    baseline: set[str] = set()
    for _ in range(repeats):
        started = time.perf_counter()
        baseline = inspect(folders[0])
        times.append(time.perf_counter() - started)
    reported = {number: inspect(folder) - baseline for number, folder in folders.items() if number}
    errors = [n for n, texts in reported.items() if any(t.startswith("error") for t in texts)]
    warnings = [n for n, texts in reported.items() if texts and n not in errors]
    unread = next((text for text in baseline if text.startswith("unread")), "")
    return Result(tool, statistics.median(times), tuple(errors), tuple(warnings), unread)


def harness_rules(terraform: TerraformVersion) -> Inspect:
    """Return the rules as a tool; its time includes reading the file, not importing the rules."""
    all_rules()

    def inspect(folder: Path) -> set[str]:
        (configuration,) = read_configurations(folder / "cdk.tf.json")
        report = preflight(configuration, terraform=terraform)
        return {f"error {f.rule}" for f in report.blockers} | {
            f"warning {f.rule}" for f in report.warnings
        }

    return inspect


def harness_command(folder: Path) -> set[str]:
    """Run the command in a new process, like a user."""
    program = "from harness.cli.preflight import preflight; preflight()"
    arguments = ["--disposable", "--format", "json", str(folder / "cdk.tf.json")]
    command = [sys.executable, "-c", program, *arguments]
    done = process.run(command, timeout=_RUN_SECONDS, accept=(0, 1))
    found = json.loads(done.stdout)["findings"]
    kinds = {"blocker": "error", "warning": "warning"}
    return {f"{kinds[finding['severity']]} {finding['rule']}" for finding in found}


@contextmanager
def terraform_validate(tools: Tools, correct: Path) -> Iterator[Inspect]:
    """Yield ``terraform validate`` as a tool; its time does not include ``init``."""
    with temporary_folder("preflight-") as directory:
        registry = tools.terraform.registry
        cli = write_cli_config(
            tools.provider, directory / "cli", registry=registry, cache=directory / "providers"
        )
        environment = child_environment({}, cli)
        work = directory / "work"
        work.mkdir()

        def run(*arguments: str, timeout: float = _RUN_SECONDS) -> str:
            command = [*tools.terraform.command, *arguments]
            accept = (0, 1)
            return process.run(
                command, cwd=work, env=environment, timeout=timeout, accept=accept
            ).stdout

        def inspect(folder: Path) -> set[str]:
            shutil.copyfile(folder / "cdk.tf.json", work / "cdk.tf.json")
            diagnostics: list[dict[str, Any]] = json.loads(run("validate", "-json"))["diagnostics"]
            return {f"{d['severity']} {d['summary']} {d.get('detail')}" for d in diagnostics}

        shutil.copyfile(correct / "cdk.tf.json", work / "cdk.tf.json")
        run("init", "-backend=false", "-input=false", timeout=_INIT_SECONDS)
        yield inspect


def checkov(program: str) -> Inspect:
    """Return checkov as a tool; every failed check is an error.

    The correct stack (folder ``0``) is timed alone; one run inspects all mistakes.
    """

    @cache
    def mistakes(directory: Path) -> dict[str, set[str]]:
        return _failed_checks(program, directory)

    def inspect(folder: Path) -> set[str]:
        found = _failed_checks(program, folder) if folder.name == "0" else mistakes(folder.parent)
        return found.get(folder.name, found.get("", set()))

    return inspect


def _failed_checks(program: str, directory: Path) -> dict[str, set[str]]:
    """Return the failed checks of checkov by the name of the folder with the file.

    Without any resource the only key is the empty name, with a message ``unread``.
    """
    command = [program, "-d", str(directory), "-o", "json", "--quiet", "--compact"]
    done = process.run(command, timeout=_ALL_SECONDS, accept=(0, 1))
    reports = json.loads(done.stdout)
    found: dict[str, set[str]] = {}
    reports = reports if isinstance(reports, list) else [reports]
    summaries = [one.get("summary", one) for one in reports]
    if not sum(summary.get("resource_count", 0) for summary in summaries):
        errors = sum(summary.get("parsing_errors", 0) for summary in summaries)
        return {"": {f"unread: 0 resources, {errors} parsing errors"}}
    for one in reports:
        for check in one.get("results", {}).get("failed_checks", []):
            name = Path(check["file_abs_path"]).parent.name
            found.setdefault(name, set()).add(f"error {check['check_id']} {check['resource']}")
    return found


def in_form(folders: dict[int, Path], form: str) -> dict[int, Path]:
    """Write the configurations as ``hcl`` or ``plan`` into folders of their own."""
    found = {number: folder.parent / form / folder.name for number, folder in folders.items()}
    for number, folder in folders.items():
        document = json.loads((folder / "cdk.tf.json").read_text())
        found[number].mkdir(parents=True)
        if form == "hcl":
            (found[number] / "main.tf").write_text(as_hcl(document))
        else:
            plan = {"terraform_version": "1.11.4", **as_plan(document)}
            planned = plan["planned_values"]["root_module"]["resources"]
            written = plan["configuration"]["root_module"]["resources"]
            changes = plan["resource_changes"]
            for resource, change, block in zip(planned, changes, written, strict=True):
                for item in (change, block):
                    item |= {key: resource[key] for key in ("mode", "type", "name")}
                change["change"] |= {"before": None, "after": resource["values"]}
            (found[number] / "tfplan.json").write_text(json.dumps(plan))
    return found


@contextmanager
def stacks_with_mistakes(*, corpus: bool = False) -> Iterator[dict[int, Path]]:
    """Yield the folders of the correct stack (0) and of the stack with each mistake (number)."""
    stack = synthesize(CATALOG.app, StackConfig(environment_suffix="bench-1"))
    mistakes = [*KNOWN_MISTAKES, *(CORPUS if corpus else ())]
    documents = {0: stack.json, **{m.number: m.applied_to(stack.json) for m in mistakes}}
    with temporary_folder("preflight-") as directory:
        folders = {number: directory / str(number) for number in documents}
        for number, document in documents.items():
            folders[number].mkdir()
            (folders[number] / "cdk.tf.json").write_text(json.dumps(document))
        yield folders


def main(arguments: Sequence[str] | None = None) -> None:
    """Time preflight, terraform validate and checkov, and count the mistakes that each reports."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--corpus", action="store_true", help="also count a corpus of mistakes")
    parser.add_argument("--checkov", metavar="PROGRAM", help="checkov of another environment")
    options = parser.parse_args(arguments)
    program = options.checkov or shutil.which("checkov")
    tools = find_tools(None, None)
    terraform = TerraformVersion(tools.terraform.version, tools.terraform.product)
    with stacks_with_mistakes(corpus=options.corpus) as folders:
        results = [
            measure("preflight, rules after synth", harness_rules(terraform), folders, _REPEATS),
            measure("preflight, command in a new process", harness_command, folders, 1),
        ]
        with terraform_validate(tools, folders[0]) as validate:
            results.append(measure(f"{terraform} validate", validate, folders, 1))
        if program:
            results.append(measure("checkov, JSON", checkov(program), folders, 1))
            for form in ("hcl", "plan"):
                forms = in_form(folders, form)
                results.append(measure(f"checkov, {form}", checkov(program), forms, 1))
    table = _table(results, corpus=options.corpus)
    if not program:
        table.add_row("checkov", "not installed")
    Console().print(table)


def _table(results: list[Result], *, corpus: bool) -> Table:
    table = Table("tool", "seconds", "of six: error", "of six: warning", "which", "of the corpus")
    six = len(KNOWN_MISTAKES)
    for result in results:
        errors = [n for n in result.errors if n <= six]
        warnings = [n for n in result.warnings if n <= six]
        which = [*map(str, errors), *(f"{n} (warning)" for n in warnings)]
        more = len(result.errors) + len(result.warnings) - len(which)
        table.add_row(
            result.tool,
            f"{result.seconds:.3f}",
            "-" if result.unread else str(len(errors)),
            "-" if result.unread else str(len(warnings)),
            result.unread or ", ".join(which) or "none",
            f"{more} of {len(CORPUS)}" if corpus and not result.unread else "",
        )
    return table


if __name__ == "__main__":
    main()
