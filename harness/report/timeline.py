"""Phases and resources as bars on one time axis, for the HTML report."""

import itertools
from dataclasses import dataclass

from harness.report.model import RunReport
from harness.report.text import duration
from harness.report.views import share, wall_seconds

_STEPS = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1200, 1800, 3600)
_MOST_TICKS = 8
_LAST_LABEL = 0.9  # a label further to the right would not fit
_KINDS = ("create", "update", "delete", "read")


@dataclass(frozen=True)
class Bar:
    """One bar: where it begins and how long it is, in percent of the axis."""

    kind: str  # a phase's "phase" or "failed"; a resource's action; "other"
    left: float
    width: float


@dataclass(frozen=True)
class Row:
    """One line of a timeline: a phase or a resource, as text and as bars."""

    name: str
    detail: str
    bars: tuple[Bar, ...]


@dataclass(frozen=True)
class Axis:
    """The time axis.

    Attributes:
        step: Distance of two ticks in percent of the axis.
        ticks: Labels of the ticks from 0 on, as far as they fit.
    """

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
    rows = []
    for phase in report.phases:
        words = [duration(phase.seconds), f"{share(phase, wall):.0%}"]
        words += ["failed"] if phase.failed else []
        bar = _bar("failed" if phase.failed else "phase", phase.started, phase.ended, wall)
        rows.append(Row(phase.name, ", ".join(words), (bar,)))
    return tuple(rows)


def resource_rows(report: RunReport) -> tuple[Row, ...]:
    """Return a row per resource with all its operations, in the order of the first start."""
    wall = wall_seconds(report)
    ordered = sorted(report.resources, key=lambda timing: timing.started)
    first = {item.address: place for place, item in reversed(list(enumerate(ordered)))}
    ordered.sort(key=lambda timing: (first[timing.address], timing.started))
    rows = []
    for address, timings in itertools.groupby(ordered, key=lambda timing: timing.address):
        operations = tuple(timings)
        words = [f"{item.action} {duration(item.ended - item.started)}" for item in operations]
        bars = [_bar(_kind(item.action), item.started, item.ended, wall) for item in operations]
        rows.append(Row(address, ", ".join(words), tuple(bars)))
    return tuple(rows)


def _kind(action: str) -> str:
    return action if action in _KINDS else "other"


def _bar(kind: str, started: float, ended: float, wall: float) -> Bar:
    scale = 100 / wall if wall > 0 else 0.0
    return Bar(kind, round(started * scale, 3), round((ended - started) * scale, 3))
