"""Carries check results from the process of a test to the report of the run."""

from dataclasses import asdict
from typing import Any

import pytest

from harness.run.evidence import CheckResult, Plane, Status

# An attribute of the test report: pytest-xdist carries it from a worker as it is.
_ATTRIBUTE = "catalog_harness_results"


class ResultRecorder:
    """Attaches the results of a test's checks to that test's report (in every process)."""

    def __init__(self) -> None:
        self._pending: list[CheckResult] = []

    def record(self, result: CheckResult) -> None:
        """Record a result of the running test."""
        self._pending.append(result)

    def take(self, item: pytest.Item) -> list[CheckResult]:
        """Return the results since the last phase of a test and add them to its JUnit properties.

        JUnit reads the properties of the last phase's report, which pytest copies from the item.
        """
        results, self._pending = self._pending, []
        item.user_properties.extend((result.check, _property(result)) for result in results)
        return results

    @staticmethod
    def attach(results: list[CheckResult], report: pytest.TestReport) -> None:
        """Attach results to the report of a phase."""
        setattr(report, _ATTRIBUTE, [_carried(result) for result in results])


class ResultCollector:
    """Collects the results from the reports of all tests (in the controlling process)."""

    def __init__(self) -> None:
        self.results: list[CheckResult] = []

    def collect(self, report: pytest.TestReport) -> list[CheckResult]:
        """Add the results of a test report and return them."""
        carried: list[dict[str, Any]] = getattr(report, _ATTRIBUTE, [])
        found = [_result(values) for values in carried]
        self.results += found
        return found


def _carried(result: CheckResult) -> dict[str, Any]:
    """Return plain values only: pytest-xdist cannot serialize an enum."""
    return {**asdict(result), "plane": result.plane.value, "status": result.status.value}


def _property(result: CheckResult) -> str:
    return f"{result.status} ({result.plane}, {result.target}): {result.observed}"


def _result(values: dict[str, Any]) -> CheckResult:
    return CheckResult(
        **{**values, "plane": Plane(values["plane"]), "status": Status(values["status"])}
    )
