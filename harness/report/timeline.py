"""Phases and resources as bars on one time axis, for the HTML report."""

import itertools
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TypeVar

from harness.report.model import RunReport
from harness.report.text import duration
from harness.report.views import share, wall_seconds
from harness.run.timeline import Phase, ResourceTiming
from harness.terraform.fixed_waits import fixed_wait

_STEPS = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1200, 1800, 3600)
_MOST_TICKS = 8
_LAST_LABEL = 0.9  # a label further to the right would not fit
_BRIEF_SECONDS, _BRIEF_SHARE = 0.5, 0.02
_TOLERANCE = 0.5  # seconds between the end of a span and the start of the one that waits for it
_KINDS = ("create", "update", "delete", "read")

S = TypeVar("S", Phase, ResourceTiming)


@dataclass(frozen=True)
class Bar:
    """One bar: where it begins and how long it is, in percent of the axis."""

    kind: str  # a phase's "phase" or "failed"; a resource's action; "other"; "wait"
    left: float
    width: float


@dataclass(frozen=True)
class Row:
    """A phase or a resource: ``critical`` if the end of the run had to wait for it.

    ``brief``: it took no time worth a line of its own.
    """

    name: str
    detail: str
    bars: tuple[Bar, ...]
    critical: bool = False
    brief: bool = False


@dataclass(frozen=True)
class Axis:
    """The labels of its ticks from 0 on, as far as they fit; ``step`` percent apart."""

    step: float
    ticks: tuple[str, ...]


def axis(report: RunReport) -> Axis:
    """Return an axis from the run's start to the end of its last phase or resource."""
    wall = wall_seconds(report) or 1.0
    step = next((step for step in _STEPS if wall / step <= _MOST_TICKS), _STEPS[-1])
    labelled = range(0, int(wall * _LAST_LABEL) + 1, step)
    return Axis(step / wall * 100, tuple(f"{at} s" for at in labelled))


def phase_rows(report: RunReport) -> tuple[Row, ...]:
    """Return a row per phase, in the order of the phases."""
    wall = wall_seconds(report)
    path = _path_to_end(report.phases)
    rows = []
    for phase in report.phases:
        words = [duration(phase.seconds), f"{share(phase, wall):.0%}"]
        words += ["failed"] if phase.failed else []
        bar = _bar("failed" if phase.failed else "phase", phase.started, phase.ended, wall)
        rows.append(Row(phase.name, ", ".join(words), (bar,), phase in path))
    return tuple(rows)


def resource_rows(report: RunReport) -> tuple[Row, ...]:
    """Return a row per resource with all its operations, in the order of the first start."""
    wall = wall_seconds(report)
    ordered = sorted(report.resources, key=lambda timing: timing.started)
    first = {item.address: place for place, item in reversed(list(enumerate(ordered)))}
    ordered.sort(key=lambda timing: (first[timing.address], timing.started))
    critical = _critical_resources(report)
    rows = []
    for address, timings in itertools.groupby(ordered, key=lambda timing: timing.address):
        operations = tuple(timings)
        bars, words, busy = [], [], 0.0
        for item in operations:
            seconds = item.ended - item.started
            busy += seconds
            waited = min(seconds, fixed_wait(address, item.action) / report.provider_clock)
            note = f" ({duration(waited)} of it waits)" if waited else ""
            words.append(f"{item.action} {duration(seconds)}{note}")
            kind = item.action if item.action in _KINDS else "other"
            bars.append(_bar("wait", item.started, item.started + waited, wall))
            bars.append(_bar(kind, item.started + waited, item.ended, wall))
        drawn = tuple(bar for bar in bars if bar.kind != "wait" or bar.width)
        is_critical = not critical.isdisjoint(operations)
        brief = not is_critical and busy < max(_BRIEF_SECONDS, wall * _BRIEF_SHARE)
        rows.append(Row(address, ", ".join(words), drawn, is_critical, brief))
    return tuple(rows)


def _path_to_end(
    spans: Iterable[S], follows: Callable[[S, S], bool] = lambda _, __: True
) -> list[S]:
    """Return the critical path to the last end, the last span first.

    These are the spans that the end of a run had to wait for, one after the other.

    ``follows`` returns whether the first span had to wait for the second.
    """
    rest = sorted(spans, key=lambda span: span.ended)
    path: list[S] = []
    while rest:
        last = rest.pop()
        if not path or (last.ended <= path[-1].started + _TOLERANCE and follows(path[-1], last)):
            path.append(last)
    return path


def _critical_resources(report: RunReport) -> set[ResourceTiming]:
    """Return the operations on the critical paths of apply and destroy, by their references."""

    def had_to_wait(later: ResourceTiming, one: ResourceTiming) -> bool:
        by, on = (one, later) if later.action == "delete" else (later, one)
        return on.address in report.references.get(by.address, ())

    deleted = [each for each in report.resources if each.action == "delete"]
    others = [each for each in report.resources if each.action != "delete"]
    return {*_path_to_end(others, had_to_wait), *_path_to_end(deleted, had_to_wait)}


def _bar(kind: str, started: float, ended: float, wall: float) -> Bar:
    scale = 100 / wall if wall > 0 else 0.0
    return Bar(kind, round(started * scale, 3), round((ended - started) * scale, 3))
