"""Carries check results from the process of a test to the report of the run."""

from dataclasses import asdict
from typing import Any

import pytest

from harness.run.evidence import CheckResult, Plane, Status

# An attribute of the test report: pytest-xdist carries it from a worker as it is.
_ATTRIBUTE = "catalog_harness_results"


class ResultCourier:
    """Attaches what checks recorded during a test to that test's report (in every process)."""

    def __init__(self) -> None:
        self._pending: list[CheckResult] = []

    def record(self, result: CheckResult) -> None:
        """Take a result of the test that is running."""
        self._pending.append(result)

    def hand_over(self, item: pytest.Item) -> list[CheckResult]:
        """Return what was recorded since the last phase, after noting it as JUnit properties.

        JUnit reads the properties of the last phase's report, which pytest makes of the item's.
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
        """Take the results of a test report and return them."""
        carried: list[dict[str, Any]] = getattr(report, _ATTRIBUTE, [])
        found = [_result(values) for values in carried]
        self.results += found
        return found


def _carried(result: CheckResult) -> dict[str, Any]:
    """Plain values alone: pytest-xdist cannot carry an enum."""
    return {**asdict(result), "plane": result.plane.value, "status": result.status.value}


def _property(result: CheckResult) -> str:
    return f"{result.status} ({result.plane}, {result.target}): {result.observed}"


def _result(values: dict[str, Any]) -> CheckResult:
    return CheckResult(
        **{**values, "plane": Plane(values["plane"]), "status": Status(values["status"])}
    )
