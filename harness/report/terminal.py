"""The summary at the end of a run, for a terminal and for pytest's terminal reporter."""

import io
from collections.abc import Iterator

from rich.console import Console, Group, RenderableType
from rich.constrain import Constrain
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from harness.report.model import RunReport
from harness.report.text import duration, one_line, shortened, visible
from harness.report.views import by_service, headline, share, wall_seconds
from harness.run.evidence import CheckResult, Plane, Status
from harness.run.timeline import Phase

_NARROWEST_TIMELINE = 72
_OTHER_COLUMNS = 48
_LONGEST_TIMELINE = 40
_INDENT = (0, 0, 0, 2)
_LONGEST_PASSED = 300
_LONGEST_FAILED = 3000
_SHOWN_SECONDS = 1.0  # a shorter check is shown without its duration
_STATUSES = {
    Status.FAILED: Text("FAILED", style="bold red"),
    Status.PASSED: Text("passed", style="green"),
}
_PLANES = {Plane.DATA: "data", Plane.CONTROL: "control"}


def render_summary(report: RunReport, *, width: int = 100) -> RenderableType:
    """Return the summary of a run for rich to print.

    Verdict, errors, the evidence (failed checks first, then by service), what this target
    cannot prove and why, the phases, the teardown proof, the notes, and the verdict again, so
    that it is among the last lines. Every text is redacted; control characters are escaped.
    Below a width of 72 columns the phases come without their bars.
    """
    return Constrain(Group(*_parts(report, width)), width)


def plain_summary(report: RunReport, *, width: int = 100) -> list[str]:
    """Return the same summary as lines without colours or control characters."""
    written = io.StringIO()
    console = Console(
        file=written, width=width, force_terminal=False, color_system=None, legacy_windows=False
    )
    console.print(render_summary(report, width=width))
    return [line.rstrip() for line in written.getvalue().splitlines()]


def _parts(report: RunReport, width: int) -> Iterator[RenderableType]:
    verdict = Text(headline(report), style="bold green" if report.passed else "bold red")
    yield verdict
    yield _facts(report)
    if report.errors:
        yield _section("Errors", _numbered(report.errors))
    if report.results:
        yield _section("Evidence", _results(report.results, (Status.FAILED, Status.PASSED)))
    if report.count(Status.NOT_PROVABLE):
        title = f"Not provable on {one_line(report.target)}"
        yield _section(title, _results(report.results, (Status.NOT_PROVABLE,)))
    if report.phases:
        yield _section("Phases (share of the wall time; they may overlap)", _phases(report, width))
    yield _section("Teardown", _teardown(report))
    if report.notes:
        yield _section("Notes", Group(*(Text(visible(note)) for note in report.notes)))
    yield Group("", verdict)


def _section(title: str, content: RenderableType) -> RenderableType:
    return Group(Text(f"\n{title}", style="bold"), Padding(content, _INDENT, expand=False))


def _facts(report: RunReport) -> RenderableType:
    run = f"{report.target} {report.region}, suffix {report.environment_suffix}"
    facts = [f"{name}: {value}" for name, value in report.facts.items()]
    return Text(one_line("; ".join([run, f"started {report.started_at}", *facts])), style="dim")


def _numbered(texts: tuple[str, ...]) -> RenderableType:
    table = Table.grid(padding=(0, 1))
    table.add_column(justify="right", no_wrap=True)
    table.add_column(overflow="fold")
    for number, text in enumerate(texts, start=1):
        table.add_row(f"{number}.", Text(visible(text), style="red"))
    return table


def _phases(report: RunReport, width: int) -> RenderableType:
    wall = wall_seconds(report)
    drawn = width >= _NARROWEST_TIMELINE and wall > 0
    table = Table.grid(padding=(0, 2))
    table.add_column(overflow="fold")
    table.add_column(justify="right", no_wrap=True)
    table.add_column(justify="right", no_wrap=True)
    if drawn:
        table.add_column(no_wrap=True)
    for phase in report.phases:
        name = f"{one_line(phase.name)}{' FAILED' if phase.failed else ''}"
        cells = [Text(name, style="bold red" if phase.failed else "")]
        cells += [Text(duration(phase.seconds)), Text(f"{share(phase, wall):.0%}")]
        if drawn:
            columns = min(width - _OTHER_COLUMNS, _LONGEST_TIMELINE)
            cells.append(Text(_bar(phase, wall, columns), style="cyan"))
        table.add_row(*cells)
    return table


def _bar(phase: Phase, wall: float, columns: int) -> str:
    first = min(int(phase.started / wall * columns), columns - 1)
    length = max(1, round(phase.seconds / wall * columns))
    return f"|{' ' * first}{'=' * min(length, columns - first)}".ljust(columns + 1) + "|"


def _teardown(report: RunReport) -> RenderableType:
    style = "bold red" if report.leftovers else "green" if report.torn_down else "yellow"
    lines = [Text(one_line(report.teardown), style=style)]
    lines += [Text(one_line(leftover), style="red") for leftover in report.leftovers]
    return Group(*lines)


def _results(results: tuple[CheckResult, ...], shown: tuple[Status, ...]) -> RenderableType:
    """Return a row per result with one of the given statuses: failed first, then by service."""
    table = Table.grid(padding=(0, 2))
    for _ in ("status", "plane")[: len(shown)]:
        table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    ordered = [result for service in by_service(results).values() for result in service]
    for result in sorted(ordered, key=lambda result: result.status is not Status.FAILED):
        if result.status in shown:
            status = [_STATUSES[result.status]] if len(shown) > 1 else []
            table.add_row(*status, _PLANES[result.plane], _described(result))
    return table


def _described(result: CheckResult) -> Text:
    took = f" ({duration(result.seconds)})" if result.seconds >= _SHOWN_SECONDS else ""
    check = (f"{one_line(result.check)}{took}", "bold")
    if result.status is not Status.FAILED:
        observed = shortened(one_line(result.observed), _LONGEST_PASSED)
        return Text.assemble(check, ": ", observed)
    observed = shortened(visible(result.observed), _LONGEST_FAILED)
    return Text.assemble(
        check, (f"\nexpected: {one_line(result.claim)}\nobserved: {observed}", "red")
    )
