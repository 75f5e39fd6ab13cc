"""How many of the six known mistakes each tool reports before anything is deployed."""

import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harness.emulator.cloud import embedded_cloud
from harness.targets.embedded import EmbeddedTarget
from tests.bench.prepared_stack import NO_APPLY, REFUSED, REGION, PreparedStack
from tests.bench.tools import Tool
from tests.benchmarks.known_mistakes import KNOWN_MISTAKES

_STEP_SECONDS = 300.0
# What a tool reports of one configuration: an error, or else how many warnings.
_ERROR = -1


@dataclass(frozen=True)
class Found:
    """Numbers of the mistakes that a tool reports, as an error or as a warning alone."""

    errors: tuple[int, ...]
    warnings: tuple[int, ...]


def found_by_tool(tool: Tool, stack: PreparedStack) -> Found:
    """Run a tool's commands before the deployment on each mistake."""
    with embedded_cloud(region=REGION) as cloud:
        target = EmbeddedTarget(region=REGION, attachment={"cloud": cloud.directory})
        environment = {**stack.environment(target.environment()), NO_APPLY: "1"}

        def report(folder: Path) -> int:
            tool.write(folder)
            for command in tool.before:
                done = _run(command, folder, environment)
                if done.returncode and REFUSED not in done.stdout:
                    return _ERROR
            return done.stdout.count("Warning:")

        return _found(stack, report)


def found_by_preflight(stack: PreparedStack) -> Found:
    """Run ``catalog-harness preflight --disposable`` on each mistake."""

    def report(folder: Path) -> int:
        options = ("--disposable", "--format", "json", ".")
        command = (sys.executable, "-m", "harness", "preflight", *options)
        done = _run(command, folder, stack.environment({}))
        severities = {each["severity"] for each in json.loads(done.stdout)["findings"]}
        return _ERROR if "blocker" in severities else len(severities)

    return _found(stack, report)


def _found(stack: PreparedStack, report: Callable[[Path], int]) -> Found:
    documents: dict[int, Mapping[str, Any]] = {0: stack.document}
    documents |= {m.number: m.applied_to(stack.document) for m in KNOWN_MISTAKES}
    with tempfile.TemporaryDirectory(dir=stack.folder) as name:
        reported = {
            number: report(stack.write(Path(name) / str(number), document))
            for number, document in documents.items()
        }
    if (base := reported.pop(0)) == _ERROR:
        raise SystemExit("the correct stack is reported as an error")
    errors = tuple(n for n, kind in reported.items() if kind == _ERROR)
    warnings = tuple(n for n, kind in reported.items() if kind > base)
    return Found(errors, warnings)


def _run(
    command: Sequence[str], folder: Path, environment: Mapping[str, str]
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command,
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=_STEP_SECONDS,
        check=False,
    )
