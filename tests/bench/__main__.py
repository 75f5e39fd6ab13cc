"""Measures the harness and the other tools one after the other: ``python -m tests.bench``.

Takes about 25 minutes on two cores; nothing else should run on the machine. Writes the table of
docs/performance.md.
"""

import argparse
import json
import os
import platform
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from tests.bench import table
from tests.bench.measure import Usage, measure
from tests.bench.mistakes import Found, found_by_preflight, found_by_tool
from tests.bench.prepared_stack import REGION, PreparedStack, prepare
from tests.bench.processes import ending_descendants
from tests.bench.sigterm import left_by_harness, left_by_tool
from tests.bench.tools import Tool, all_tools

_HARNESS = {"this harness, provider clock off": ("--provider-clock=1",), "this harness": ()}


@dataclass(frozen=True)
class Subject:
    """One row of the table, and how its parts are measured."""

    name: str
    run: Callable[[], Usage]
    mistakes: Callable[[], Found]
    left: Callable[[], int]


def main() -> None:
    """Measure the selected rows, keep the others of an earlier run, and write the table."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--only", metavar="TEXT", help="measure only rows whose name contains it")
    parser.add_argument(
        "--results", type=Path, default=Path("bench.json"), help="file for the results"
    )
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        # PostgreSQL may run as another user.
        Path(name).chmod(0o711)
        stack = prepare(Path(name))
        subjects = list(_subjects(stack))
        for subject in subjects:
            if options.only is None or options.only in subject.name:
                _save(_row(subject), [each.name for each in subjects], options.results)
    rows = table.load(options.results)
    print(table.table(rows))
    if len(rows) == len(subjects):
        table.write(rows, [_facts(stack)])


def _subjects(stack: PreparedStack) -> Iterator[Subject]:
    for tool in all_tools():
        yield Subject(
            tool.name,
            lambda tool=tool: _run_tool(tool, stack),  # type: ignore[misc]
            lambda tool=tool: found_by_tool(tool, stack),  # type: ignore[misc]
            lambda tool=tool: left_by_tool(tool, stack),  # type: ignore[misc]
        )
    mistakes, left = cache(lambda: found_by_preflight(stack)), cache(lambda: left_by_harness(stack))
    for name, options in _HARNESS.items():
        yield Subject(
            name,
            lambda options=options: _run_harness(stack, *options),  # type: ignore[misc]
            mistakes,
            left,
        )


def _run_tool(tool: Tool, stack: PreparedStack) -> Usage:
    with tempfile.TemporaryDirectory(dir=stack.folder) as name:
        folder = stack.write(Path(name) / "stack", stack.document)
        tool.write(folder)
        seconds = Path(name) / "commands.json"
        seconds.write_text(json.dumps(tool.run))
        command = [sys.executable, "-m", "tests.bench.with_cloud", str(folder), str(seconds)]
        used = measure(
            command,
            folder=Path.cwd(),
            environment=stack.environment({}),
            log=Path(name) / "output.txt",
        )
        _require_success(used, Path(name) / "output.txt")
        return Usage(json.loads(seconds.read_text()), used.cpu, used.memory, used.status)


def _run_harness(stack: PreparedStack, *options: str) -> Usage:
    with tempfile.TemporaryDirectory(dir=stack.folder) as name:
        command = [sys.executable, "-m", "harness", "run", f"--region={REGION}"]
        command += [f"--report-dir={name}/reports", *options]
        environment = {**stack.environment({}), "CATALOG_HARNESS_HOME": f"{name}/home"}
        log = Path(name) / "output.txt"
        used = measure(command, folder=Path.cwd(), environment=environment, log=log)
        _require_success(used, log)
        return used


def _require_success(used: Usage, log: Path) -> None:
    if used.status:
        raise SystemExit(f"exit status {used.status}:\n{log.read_text()[-5000:]}")


def _row(subject: Subject) -> table.Row:
    print(f"{subject.name}: a whole run", file=sys.stderr, flush=True)
    used = subject.run()
    print(f"{subject.name}: {used}; the six mistakes", file=sys.stderr, flush=True)
    found = subject.mistakes()
    print(f"{subject.name}: {found}; SIGTERM", file=sys.stderr, flush=True)
    left = subject.left()
    print(f"{subject.name}: {left} left", file=sys.stderr, flush=True)
    return table.Row(
        subject.name, used.wall, used.cpu, used.memory, found.errors, found.warnings, left
    )


def _save(row: table.Row, order: list[str], path: Path) -> None:
    rows = {each.name: each for each in table.load(path)} | {row.name: row}
    table.save([rows[name] for name in order if name in rows], path)


def _facts(stack: PreparedStack) -> str:
    load = os.getloadavg()[2]
    return (
        f"{stack.terraform}, {platform.python_implementation()} {platform.python_version()}, "
        f"{os.cpu_count()} cores, load average over the last 15 minutes {load:.1f}."
    )


if __name__ == "__main__":
    with ending_descendants():
        main()
