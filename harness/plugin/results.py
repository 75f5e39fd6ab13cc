"""Carries check results from the process of a test to the report of the run."""

from collections import Counter
from dataclasses import asdict
from typing import Any

import pytest

from harness.plugin.session_folder import SessionFolder
from harness.report.text import shortened
from harness.run.evidence import CheckResult, Exchange, OwnTest, Plane, Status

USES_STACK = "uses_catalog_stack"  # attribute of the reports of such tests
_LONGEST_OUTPUT = 8000


class ResultRecorder:
    """Collects the results of the checks of all processes in the folder that they share."""

    def __init__(self, folder: SessionFolder) -> None:
        self._folder = folder
        self._pending: list[CheckResult] = []
        self._attempt = ("", 1)

    def begin(self, item: pytest.Item) -> None:
        """Record the next results for an attempt at a test (``execution_count``: reruns)."""
        self._attempt = (item.nodeid, getattr(item, "execution_count", 1))

    def record(self, result: CheckResult) -> None:
        """Record a result of the running test."""
        self._pending.append(result)
        self._folder.append({"attempt": self._attempt, "result": asdict(result)})

    def add_properties(self, item: pytest.Item) -> None:
        """Add the results since the last phase of a test to its JUnit properties.

        JUnit reads the properties of the last phase's report, which pytest copies from the item.
        """
        results, self._pending = self._pending, []
        item.user_properties.extend(
            (each.check, f"{each.status} ({each.plane}, {each.target}): {each.observed}")
            for each in results
        )

    def results(self) -> tuple[CheckResult, ...]:
        """Return the results of all processes, of each test those of its last attempt."""
        found = self._folder.results()
        last = dict(sorted(each["attempt"] for each in found))
        return tuple(
            _result(each["result"])
            for each in found
            if each["attempt"][1] == last[each["attempt"][0]]
        )


class OwnTests:
    """Collects the tests of the stack in the controlling process, and the others that failed."""

    def __init__(self) -> None:
        self._found: dict[str, OwnTest] = {}
        self._attempts: Counter[str] = Counter()
        self.failed_others: dict[str, None] = {}  # in their order

    def record(self, report: pytest.TestReport) -> None:
        """Record the report of a phase of a test."""
        if report.outcome == "rerun":  # type: ignore[comparison-overlap]  # pytest-rerunfailures
            self._attempts[report.nodeid] += 1
        elif not getattr(report, USES_STACK, False):
            self.failed_others |= {report.nodeid: None} if report.failed else {}
        elif report.failed:
            self._add(report, Status.FAILED, _output(report))
        elif report.skipped and "not provable" in report.longreprtext:
            self._add(report, Status.NOT_PROVABLE, report.longreprtext)
        elif report.passed and report.when == "call":
            self._add(report, Status.PASSED, "")

    def _add(self, report: pytest.TestReport, status: Status, output: str) -> None:
        attempts = self._attempts[report.nodeid] + 1
        self._found[report.nodeid] = OwnTest(
            report.nodeid, status, report.duration, attempts, output
        )

    def results(self) -> tuple[OwnTest, ...]:
        """Return the tests of the stack, in the order in which they ended."""
        return tuple(self._found.values())


def _output(report: pytest.TestReport) -> str:
    captured = [f"--- {name} ---\n{text}" for name, text in report.sections]
    return shortened("\n".join([report.longreprtext, *captured]), _LONGEST_OUTPUT)


def _result(values: dict[str, Any]) -> CheckResult:
    exchanges = tuple(Exchange(**each) for each in values.pop("exchanges"))
    plane, status = Plane(values.pop("plane")), Status(values.pop("status"))
    return CheckResult(plane=plane, status=status, exchanges=exchanges, **values)
