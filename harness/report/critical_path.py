"""The critical path: the spans that the end of a run had to wait for, one after the other."""

from collections.abc import Callable, Iterable
from typing import TypeVar

from harness.report.model import RunReport
from harness.run.timeline import Phase, ResourceTiming

_TOLERANCE = 0.5  # seconds between the end of a span and the start of the one that waits for it


S = TypeVar("S", Phase, ResourceTiming)


def critical_path(
    spans: Iterable[S], follows: Callable[[S, S], bool] = lambda _, __: True
) -> list[S]:
    """Return the path to the last end, the last span first.

    ``follows`` returns whether the first span had to wait for the second.
    """
    rest = sorted(spans, key=lambda span: span.ended)
    path: list[S] = []
    while rest:
        last = rest.pop()
        if not path or (last.ended <= path[-1].started + _TOLERANCE and follows(path[-1], last)):
            path.append(last)
    return path


def critical_resources(report: RunReport) -> set[ResourceTiming]:
    """Return the operations on the critical paths of apply and destroy, by their references."""
    refers = report.references
    deleted = [each for each in report.resources if each.action == "delete"]
    others = [each for each in report.resources if each.action != "delete"]
    created = critical_path(others, lambda later, one: one.address in refers.get(later.address, ()))
    removed = critical_path(
        deleted, lambda later, one: later.address in refers.get(one.address, ())
    )
    return {*created, *removed}
