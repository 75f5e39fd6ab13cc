"""The evidence of a run as the terminal shows it."""

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from harness.report.text import duration, one_line, shortened, visible
from harness.report.views import by_service
from harness.run.evidence import CheckResult, Plane, Status

_LONGEST_PASSED = 300
_LONGEST_FAILED = 3000
_WORTH_TELLING = 1.0
_PLANES = {Plane.DATA: "data", Plane.CONTROL: "control"}


def evidence(results: tuple[CheckResult, ...]) -> RenderableType:
    """Return what was proved or refuted, what failed first, then by service.

    A check's duration is told from one second on; a long observation is cut (after 300
    characters when the check passed, 3000 when it failed) and says so.
    """
    table = _grid(3)
    for result in _ordered(results):
        if result.status is not Status.NOT_PROVABLE:
            table.add_row(_status(result), _PLANES[result.plane], _described(result))
    return table


def not_provable(results: tuple[CheckResult, ...]) -> RenderableType:
    """Return the checks that this target does not allow, each with the reason."""
    table = _grid(2)
    for result in _ordered(results):
        if result.status is Status.NOT_PROVABLE:
            table.add_row(_PLANES[result.plane], _described(result))
    return table


def _grid(columns: int) -> Table:
    table = Table.grid(padding=(0, 2))
    for _ in range(columns - 1):
        table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    return table


def _ordered(results: tuple[CheckResult, ...]) -> list[CheckResult]:
    ordered = [result for service in by_service(results) for result in service.results]
    return sorted(ordered, key=lambda result: result.status is not Status.FAILED)


def _status(result: CheckResult) -> Text:
    failed = result.status is Status.FAILED
    return Text("FAILED", style="bold red") if failed else Text("passed", style="green")


def _described(result: CheckResult) -> Text:
    took = f" ({duration(result.seconds)})" if result.seconds >= _WORTH_TELLING else ""
    check = (f"{one_line(result.check)}{took}", "bold")
    if result.status is not Status.FAILED:
        seen = shortened(one_line(result.observed), _LONGEST_PASSED)
        return Text.assemble(check, ": ", seen)
    seen = shortened(visible(result.observed), _LONGEST_FAILED)
    return Text.assemble(check, (f"\nexpected: {one_line(result.claim)}\nobserved: {seen}", "red"))
