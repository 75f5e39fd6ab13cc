"""The facts of one run, as every report shows them."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from harness.run.evidence import CheckResult, OwnTest, Status
from harness.run.teardown_result import TeardownState
from harness.run.timeline import Event, Phase, ResourceTiming


class Verdict(StrEnum):
    """The verdict on a run: PASSED only if everything that was asked for ran to its end."""

    PASSED = "passed"
    FAILED = "failed"
    INTERRUPTED = "interrupted"
    REFUSED = "refused"
    NOTHING_PROVED = "nothing proved"


@dataclass(frozen=True)
class RunReport:
    """Everything that a report shows; holds no secret. docs/report.md has its fields."""

    target: str
    region: str
    environment_suffix: str
    started_at: str
    facts: dict[str, str] = field(default_factory=dict)
    phases: tuple[Phase, ...] = ()
    resources: tuple[ResourceTiming, ...] = ()
    results: tuple[CheckResult, ...] = ()
    tests: tuple[OwnTest, ...] = ()
    events: tuple[Event, ...] = ()
    references: dict[str, tuple[str, ...]] = field(default_factory=dict)
    configuration: dict[str, Any] = field(default_factory=dict)
    provider_clock: int = 1
    outputs: dict[str, str] = field(default_factory=dict)
    errors: tuple[str, ...] = ()
    leftovers: tuple[str, ...] = ()
    torn_down: bool = False
    teardown: str = TeardownState.NONE.value
    interrupted: bool = False
    refused: bool = False
    proved: bool = True
    bundle: str = ""
    notes: tuple[str, ...] = ()

    @property
    def verdict(self) -> Verdict:
        """The verdict; an interrupted run proves neither success nor failure."""
        if self.interrupted:
            return Verdict.INTERRUPTED
        if self.refused:
            return Verdict.REFUSED
        failed_tests = any(test.status is Status.FAILED for test in self.tests)
        if self.errors or self.leftovers or failed_tests or self.count(Status.FAILED):
            return Verdict.FAILED
        return Verdict.PASSED if self.proved else Verdict.NOTHING_PROVED

    @property
    def passed(self) -> bool:
        """Whether the verdict is PASSED."""
        return self.verdict is Verdict.PASSED

    def count(self, status: Status) -> int:
        """Return how many checks ended with a status."""
        return sum(result.status is status for result in self.results)
