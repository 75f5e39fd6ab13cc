"""How the activity of a run reads: as one sentence, and as a small table."""

from rich.console import Group, RenderableType
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from harness.report.activity import Running, Snapshot
from harness.report.text import one_line
from harness.run.evidence import Status

_MOST_NAMES = 4
_BAR_COLUMNS = 24


def sentence(snapshot: Snapshot) -> str:
    """Say in one line who is in progress and for how long."""
    phases = ", ".join(_running(item, snapshot.now) for item in snapshot.phases)
    parts = [f"running: {phases}"] if phases else []
    if snapshot.planned:
        parts.append(f"{snapshot.done}/{snapshot.planned} resources")
    if snapshot.resources:
        names = [_running(item, snapshot.now) for item in snapshot.resources[:_MOST_NAMES]]
        parts.append(f"in progress: {', '.join(names)}{_more(snapshot, _MOST_NAMES)}")
    return "; ".join([*parts, *_checks(snapshot)])


def _running(item: Running, now: float) -> str:
    action = f"{item.action}, " if item.action else ""
    return f"{one_line(item.name)} ({action}{now - item.since:.0f} s)"


def _more(snapshot: Snapshot, shown: int) -> str:
    hidden = len(snapshot.resources) - shown
    return f" and {hidden} more" if hidden > 0 else ""


def _checks(snapshot: Snapshot) -> list[str]:
    counts = [f"{count} {status.value}" for status, count in snapshot.checks.items() if count]
    return [f"checks: {', '.join(counts)}"] if counts else []


def view(snapshot: Snapshot, rows: int) -> RenderableType:
    """Return what a live display shows, with at most ``rows`` resources in progress."""
    parts: list[RenderableType] = [_grid(snapshot.phases, snapshot.now, "bold")]
    if snapshot.planned:
        parts.append(_bar(snapshot))
    if snapshot.resources:
        parts.append(_grid(snapshot.resources[:rows], snapshot.now, ""))
        if len(snapshot.resources) > rows:
            parts.append(Text(f" {_more(snapshot, rows)}", style="dim"))
    failed = snapshot.checks[Status.FAILED]
    parts += [Text(line, style="red" if failed else "") for line in _checks(snapshot)]
    return Group(*parts)


def _bar(snapshot: Snapshot) -> RenderableType:
    table = Table.grid(padding=(0, 1))
    bar = ProgressBar(
        total=snapshot.planned,
        completed=snapshot.done,
        width=_BAR_COLUMNS,
        complete_style="cyan",
        finished_style="green",
    )
    table.add_row(" ", bar, f"{snapshot.done}/{snapshot.planned} resources")
    return table


def _grid(items: tuple[Running, ...], now: float, style: str) -> Table:
    table = Table.grid(padding=(0, 2))
    table.add_column(justify="right", no_wrap=True)
    table.add_column(no_wrap=True, overflow="ellipsis", style=style)
    for item in items:
        name = f"{item.action} {one_line(item.name)}".strip()
        table.add_row(f"{now - item.since:6.0f} s", Text(name))
    return table
