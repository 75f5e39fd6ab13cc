"""The facts of a run in the order and the words of every report."""

from collections import Counter
from collections.abc import Iterable

from harness.report.model import RunReport
from harness.report.text import duration
from harness.run.evidence import CheckResult, OwnTest, Status
from harness.run.timeline import Phase

ORDER = (Status.FAILED, Status.INTERRUPTED, Status.PASSED, Status.NOT_PROVABLE)


def by_service(results: tuple[CheckResult, ...]) -> dict[str, list[CheckResult]]:
    """Group results by service: services with a failed check first, else as they came.

    Within a service, failed checks come first, and those not provable last.
    """
    services: dict[str, list[CheckResult]] = {}
    failed = [result for result in results if result.status is Status.FAILED]
    for result in (*failed, *results):
        services.setdefault(result.check.partition("/")[0], [])
    for result in sorted(results, key=lambda result: ORDER.index(result.status)):
        services[result.check.partition("/")[0]].append(result)
    return services


def leftovers_by_service(report: RunReport) -> dict[str, list[str]]:
    """Return service -> the leftovers of it, of which it is the first word."""
    found: dict[str, list[str]] = {}
    for leftover in report.leftovers:
        service, _, rest = leftover.partition(" ")
        found.setdefault(service, []).append(rest)
    return found


def wall_seconds(report: RunReport) -> float:
    """Return how many seconds after the run's start its last phase or resource ended."""
    ends = [phase.ended for phase in report.phases]
    return max([*ends, *(timing.ended for timing in report.resources)], default=0.0)


def share(phase: Phase, wall: float) -> float:
    """Return a phase's duration as a part (0 to 1) of the wall time; phases may overlap."""
    return phase.seconds / wall if wall > 0 else 0.0


def headline(report: RunReport) -> str:
    """Return one line with the verdict, the duration and the counts of the checks."""
    verdict = report.verdict.upper()
    wall = wall_seconds(report)
    parts = [f"{verdict} in {duration(wall)}" if wall else verdict]
    parts += [f"Tests: {counts(report.tests)}"] if report.tests else []
    parts.append(f"Checks: {counts(report.results)}")
    parts += [f"Errors: {len(report.errors)}"] if report.errors else []
    parts += [f"Left over: {len(report.leftovers)}"] if report.leftovers else []
    return ". ".join(parts)


def counts(results: Iterable[CheckResult | OwnTest]) -> str:
    """Return the number of results by status: ``1 failed, 30 passed``; ``none``."""
    found = Counter(result.status for result in results)
    return ", ".join(f"{found[status]} {status}" for status in ORDER if found[status]) or "none"
