"""The architecture as a diagram: a box per AWS service, coloured by its state."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from harness.report.failures import service_of_check
from harness.report.model import RunReport
from harness.run.evidence import Status
from harness.terraform.services import service_of

_WIDTH, _HEIGHT, _COLUMN, _ROW = 170, 44, 210, 62


@dataclass(frozen=True)
class Box:
    """A service: its place in pixels, and what is known about its resources.

    Attributes:
        state: "failed", "left", "missing" (planned, not created), "deployed" or "planned".
    """

    service: str
    detail: str
    state: str
    x: int
    y: int


@dataclass(frozen=True)
class Diagram:
    """The boxes, the lines between them, and the size in pixels.

    A line leads from a service to one that refers to it: the coordinates of both ends.
    """

    boxes: tuple[Box, ...]
    lines: tuple[tuple[int, int, int, int], ...]
    width: int
    height: int


def diagram(report: RunReport) -> Diagram | None:
    """Return the diagram of the stack; None if it was not synthesized."""
    members: dict[str, list[str]] = {}
    for address in report.references:
        members.setdefault(service_of(address), []).append(address)
    if not members:
        return None
    needs = {
        service: {service_of(each) for address in found for each in report.references[address]}
        for service, found in members.items()
    }
    columns = _columns(needs)
    rows: Counter[int] = Counter()
    boxes = {}
    for service in sorted(members, key=lambda each: (columns[each], each)):
        column = columns[service]
        state, detail = _state(report, service, members[service])
        boxes[service] = Box(service, detail, state, column * _COLUMN, rows[column] * _ROW)
        rows[column] += 1
    half = _HEIGHT // 2
    lines = tuple(
        (boxes[other].x + _WIDTH, boxes[other].y + half, box.x, box.y + half)
        for service, box in boxes.items()
        for other in sorted(_direct(service, needs))
        if columns[other] < columns[service]
    )
    width, height = max(columns.values()) * _COLUMN + _WIDTH, max(rows.values()) * _ROW
    return Diagram(tuple(boxes.values()), lines, width, height)


def _columns(needs: Mapping[str, set[str]]) -> dict[str, int]:
    """Return service -> column: right of all that it refers to, apart from circles."""
    columns: dict[str, int] = {}

    def place(service: str, path: tuple[str, ...]) -> int:
        if service not in columns:
            others = needs[service] - {service, *path}
            columns[service] = max((place(o, (*path, service)) + 1 for o in others), default=0)
        return columns[service]

    for service in sorted(needs):
        place(service, ())
    return columns


def _direct(service: str, needs: Mapping[str, set[str]]) -> set[str]:
    """Return what a service refers to, without what it also reaches through another."""
    direct = needs[service] - {service}
    return direct - {far for other in direct for far in needs[other] - {other}} or direct


def _state(report: RunReport, service: str, addresses: list[str]) -> tuple[str, str]:
    """Return state and detail of a service; the worst of its resources counts."""
    count = f"{len(addresses)} resource{'s' if len(addresses) > 1 else ''}"
    failed = [each.check for each in report.results if each.status is Status.FAILED]
    done = {each.address for each in report.resources if each.action != "delete"}
    if left := sum(leftover.partition(" ")[0] == service for leftover in report.leftovers):
        return "left", f"{left} left over"
    if checks := sum(service_of_check(check) == service for check in failed):
        return "failed", f"{checks} failed"
    if named := sum(address in "".join(report.errors) for address in addresses):
        return "failed", f"{named} with an error"
    if done and (missing := sum(address not in done for address in addresses)):
        return "missing", f"{missing} of {count} not created"
    return ("deployed" if done else "planned"), count
