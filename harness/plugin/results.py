"""Carries check results from the process of a test to the report of the run."""

from dataclasses import asdict
from typing import Any

import pytest

from harness.plugin.session_folder import SessionFolder
from harness.run.evidence import CheckResult, Plane, Status

_TEST = "passed test"


class ResultRecorder:
    """Collects the results of the checks of all processes in the folder that they share."""

    def __init__(self, folder: SessionFolder) -> None:
        self._folder = folder
        self._pending: list[CheckResult] = []

    def record(self, result: CheckResult) -> None:
        """Record a result of the running test."""
        self._pending.append(result)
        self._folder.append(asdict(result))

    def record_passed_test(self, test: str) -> None:
        """Record that a test of the stack has passed, also one that made no check."""
        self._folder.append({_TEST: test})

    def add_properties(self, item: pytest.Item) -> None:
        """Add the results since the last phase of a test to its JUnit properties.

        JUnit reads the properties of the last phase's report, which pytest copies from the item.
        """
        results, self._pending = self._pending, []
        item.user_properties.extend((result.check, _property(result)) for result in results)

    def results(self) -> tuple[CheckResult, ...]:
        """Return the results of all processes."""
        return tuple(_result(values) for values in self._folder.results() if _TEST not in values)

    @property
    def proved(self) -> bool:
        """Whether a check or a test of the stack has passed, in any process."""
        passed = any(result.status is Status.PASSED for result in self.results())
        return passed or any(_TEST in values for values in self._folder.results())


def _property(result: CheckResult) -> str:
    return f"{result.status} ({result.plane}, {result.target}): {result.observed}"


def _result(values: dict[str, Any]) -> CheckResult:
    return CheckResult(
        **{**values, "plane": Plane(values["plane"]), "status": Status(values["status"])}
    )
