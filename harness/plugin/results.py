"""Carries check results from the process of a test to the report of the run."""

from dataclasses import asdict
from typing import Any

import pytest

from harness.plugin.session_folder import SessionFolder
from harness.run.evidence import CheckResult, Plane, Status


class ResultRecorder:
    """Collects the results of the checks in one process, or of all processes in their folder.

    Args:
        folder: The folder that the processes of a session share; None: there is one process.
    """

    def __init__(self, folder: SessionFolder | None) -> None:
        self._folder = folder
        self._pending: list[CheckResult] = []
        self._all: list[CheckResult] = []

    def record(self, result: CheckResult) -> None:
        """Record a result of the running test."""
        self._pending.append(result)
        if self._folder is None:
            self._all.append(result)
        else:
            self._folder.append(asdict(result))

    def add_properties(self, item: pytest.Item) -> None:
        """Add the results since the last phase of a test to its JUnit properties.

        JUnit reads the properties of the last phase's report, which pytest copies from the item.
        """
        results, self._pending = self._pending, []
        item.user_properties.extend((result.check, _property(result)) for result in results)

    def results(self) -> tuple[CheckResult, ...]:
        """Return the results of all processes."""
        if self._folder is None:
            return tuple(self._all)
        return tuple(map(_result, self._folder.results()))


def _property(result: CheckResult) -> str:
    return f"{result.status} ({result.plane}, {result.target}): {result.observed}"


def _result(values: dict[str, Any]) -> CheckResult:
    return CheckResult(
        **{**values, "plane": Plane(values["plane"]), "status": Status(values["status"])}
    )
