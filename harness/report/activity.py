"""The activity of a run: what is in progress, as one sentence and as a small table."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from rich.console import Group, RenderableType
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from harness.report.text import duration, one_line
from harness.run.evidence import CheckResult, Status
from harness.run.timeline import Observer
from harness.terraform.fixed_waits import fixed_wait

_MOST_NAMES = 4
_BAR_COLUMNS = 24


@dataclass(frozen=True)
class Running:
    """A phase or a resource in progress.

    ``action`` is the operation on a resource, empty for a phase; ``since`` its start in seconds.
    """

    name: str
    action: str
    since: float


@dataclass(frozen=True)
class Snapshot:
    """The activity at one moment.

    Attributes:
        now: That moment, in seconds on the activity's clock.
        resources: Resources in progress, the longest running first.
        planned: Number of resources that the current operation changes; 0 if unknown.
        done: Number of finished resources among them.
        events: What is waited for -> its last state.
        clock: How many times as fast the clock of the AWS provider runs.
        remaining: Seconds to the end of the run, by earlier ones; None if there are none.
    """

    now: float
    phases: tuple[Running, ...]
    resources: tuple[Running, ...]
    planned: int
    done: int
    checks: dict[Status, int]
    events: dict[str, str] = field(default_factory=dict)
    clock: int = 1
    remaining: float | None = None

    @property
    def idle(self) -> bool:
        """Whether nothing is in progress."""
        return not (self.phases or self.resources)


class Activity(Observer):
    """Collects the events of a run; safe to use from several threads.

    ``clock`` returns monotonic seconds; ``remaining`` the seconds to the end of the run, given the
    phase that started last and the seconds since then, or None.
    """

    def __init__(
        self,
        clock: Callable[[], float],
        remaining: Callable[[str, float], float | None] = lambda _, __: None,
    ) -> None:
        self._clock = clock
        self._remaining = remaining
        self._provider_clock = 1
        self._events: dict[str, str] = {}
        self._lock = threading.Lock()
        self._phases: dict[str, Running] = {}
        self._resources: dict[str, Running] = {}
        self._planned = 0
        self._done = 0
        self._checks = dict.fromkeys(Status, 0)

    def phase_started(self, name: str) -> None:
        """Count a phase as in progress."""
        with self._lock:
            self._phases[name] = Running(name, "", self._clock())

    def phase_finished(self, name: str, seconds: float, *, failed: bool = False) -> None:  # noqa: ARG002
        """End a phase.

        A resource whose operation failed has no event of its end: when the phase failed, or
        no other is in progress, the resources still in progress end with it.
        """
        with self._lock:
            self._phases.pop(name, None)
            self._events.clear()
            if failed or not self._phases:
                self._resources.clear()
                self._planned = self._done = 0

    def provider_clock(self, factor: int) -> None:
        """Keep the factor, for the fixed waits of the provider."""
        self._provider_clock = factor

    def event(self, source: str, text: str) -> None:
        """Keep the last state of something that is waited for."""
        with self._lock:
            self._events[source] = text

    def resources_planned(self, count: int) -> None:
        """Reset the counts: an operation is about to change ``count`` resources."""
        with self._lock:
            self._planned, self._done = count, 0

    def resource_started(self, address: str, action: str) -> None:
        """Count a resource as in progress."""
        with self._lock:
            self._resources[address] = Running(address, action, self._clock())

    def resource_finished(self, address: str, action: str, seconds: float) -> None:  # noqa: ARG002
        """End a resource's operation; a read is not counted, because no plan counts it."""
        with self._lock:
            self._resources.pop(address, None)
            self._done += action != "read"

    def check_finished(self, result: CheckResult) -> None:
        """Count the outcome of a check."""
        with self._lock:
            self._checks[result.status] += 1

    def snapshot(self) -> Snapshot:
        """Return the current activity."""
        with self._lock:
            now = self._clock()
            last = next(reversed(self._phases.values()), None)
            return Snapshot(
                now=now,
                events=dict(self._events),
                clock=self._provider_clock,
                remaining=self._remaining(last.name, now - last.since) if last else None,
                phases=tuple(self._phases.values()),
                resources=tuple(sorted(self._resources.values(), key=lambda item: item.since)),
                planned=self._planned,
                done=self._done,
                checks=dict(self._checks),
            )


def sentence(snapshot: Snapshot) -> str:
    """Return one line with what is in progress and for how many seconds."""
    phases = ", ".join(_running(item, snapshot.now) for item in snapshot.phases)
    parts = [f"running: {phases}"] if phases else []
    if snapshot.planned:
        parts.append(f"{snapshot.done}/{snapshot.planned} resources")
    if snapshot.resources:
        shown = snapshot.resources[:_MOST_NAMES]
        names = [f"{_running(item, snapshot.now)}{_why(item, snapshot)}" for item in shown]
        parts.append(f"in progress: {', '.join(names)}{_more(snapshot, _MOST_NAMES)}")
    return "; ".join([*parts, *_checks(snapshot), *_states(snapshot)])


def _states(snapshot: Snapshot) -> list[str]:
    """Return the states of what is waited for, and the remaining time."""
    parts = [f"{one_line(source)}: {one_line(text)}" for source, text in snapshot.events.items()]
    if snapshot.remaining is not None:
        parts.append(f"about {duration(snapshot.remaining)} left, by earlier runs")
    return parts


def _why(item: Running, snapshot: Snapshot) -> str:
    """Return why a resource takes so long, where that is known: the provider looks later."""
    wait = fixed_wait(item.name, item.action)
    waited = (snapshot.now - item.since) * snapshot.clock
    if waited >= wait:
        return ""
    speed = f", clock x{snapshot.clock}" if snapshot.clock > 1 else ""
    return f": fixed wait of the provider, {waited:.0f} of {wait} s{speed}"


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
    """Return the table for a live display, with at most ``rows`` resources in progress."""
    parts: list[RenderableType] = [_grid(snapshot, snapshot.phases, "bold")]
    if snapshot.planned:
        parts.append(_bar(snapshot))
    if snapshot.resources:
        parts.append(_grid(snapshot, snapshot.resources[:rows], ""))
        if len(snapshot.resources) > rows:
            parts.append(Text(f" {_more(snapshot, rows)}", style="dim"))
    failed = snapshot.checks[Status.FAILED]
    parts += [Text(line, style="red" if failed else "") for line in _checks(snapshot)]
    parts += [Text(f"  {line}", style="dim") for line in _states(snapshot)]
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


def _grid(snapshot: Snapshot, items: tuple[Running, ...], style: str) -> Table:
    table = Table.grid(padding=(0, 2))
    table.add_column(justify="right", no_wrap=True)
    table.add_column(no_wrap=True, overflow="ellipsis", style=style)
    for item in items:
        name = f"{item.action} {one_line(item.name)}{_why(item, snapshot)}".strip()
        table.add_row(f"{snapshot.now - item.since:6.0f} s", Text(name))
    return table
