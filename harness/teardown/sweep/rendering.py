"""The report of a sweep on a terminal."""

from collections import Counter
from collections.abc import Iterator, Sequence

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from harness.report.text import one_line
from harness.teardown.sweep.report import SweepReport, SweptRun


def render_sweep(reports: Sequence[SweepReport]) -> Group:
    """Return what was found and done, grouped by run, and what to do next."""
    parts = [part for report in reports for part in _report(report)]
    return Group(*parts, Text(_conclusion(reports), style="bold"))


def _report(report: SweepReport) -> Iterator[RenderableType]:
    for run in report.runs:
        heading = f"{run.environment_suffix} ({report.target} {report.region}): "
        yield Text(f"{heading}{run.why}", style="bold")
        yield _resources(run)
        yield from (Text(f"  {one_line(line)}") for line in _remarks(run))
    for why, count in sorted(Counter(report.skipped.values()).items()):
        yield Text(f"left alone: {count} resource(s), {one_line(why)}", style="dim")
    for service, why in report.unavailable.items():
        yield Text(f"unavailable: {service}: {one_line(why)}", style="yellow")
    for service, why in report.failed.items():
        yield Text(f"error: {service}: {one_line(why)}", style="red")


def _resources(run: SweptRun) -> Table:
    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    outcomes = {outcome.resource: outcome for outcome in run.outcomes}
    for resource in run.resources:
        outcome = outcomes.get(resource)
        done = "found" if outcome is None else "failed" if outcome.error else "removed"
        more = [outcome.error] if outcome and outcome.error else []
        style = {"found": "", "failed": "bold red", "removed": "green"}[done]
        text = one_line(": ".join([str(resource), *more]))
        table.add_row(Text(f"  {done}", style=style), Text(text))
    return table


def _remarks(run: SweptRun) -> Iterator[str]:
    yield from (f"state: {place}" for place in run.state)
    yield from run.notes
    yield from (f"still there: {leftover}" for leftover in run.left)
    yield from (f"error: {error}" for error in run.errors)
    if run.proof:
        yield f"teardown proof: {run.proof}"


def _conclusion(reports: Sequence[SweepReport]) -> str:
    runs = [run for report in reports for run in report.runs]
    if not all(report.is_clean for report in reports):
        return "NOT CLEAN: something is left, could not be removed, or could not be listed"
    if not runs:
        return "nothing to sweep"
    if any(report.dry_run for report in reports):
        count = sum(len(run.resources) for run in runs)
        return (
            f"a dry run: {count} resource(s) of {len(runs)} run(s) would be removed; "
            "--yes removes them"
        )
    return f"swept {len(runs)} run(s); nothing of them is left"
