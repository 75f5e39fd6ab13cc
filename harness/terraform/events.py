"""Terraform's machine-readable event stream (``-json``) as typed values.

https://developer.hashicorp.com/terraform/internals/machine-readable-ui
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class VersionEvent:
    """Which Terraform is speaking, and in which version of the format."""

    terraform: str
    ui: str


@dataclass(frozen=True)
class PlannedChange:
    """A change that the plan holds: ``create``, ``update``, ``delete``, ``replace``, ``read``."""

    address: str
    action: str
    reason: str


@dataclass(frozen=True)
class ResourceDrift:
    """A resource that is not as the state says; not every drift makes a planned change."""

    address: str
    action: str


@dataclass(frozen=True)
class ChangeSummary:
    """How many resources an operation (``plan``, ``apply``, ``destroy``) changes or changed."""

    operation: str
    add: int
    change: int
    remove: int


@dataclass(frozen=True)
class OperationEvent:
    """One step in the life of one resource.

    Attributes:
        kind: Terraform's type: ``apply_start``, ``apply_progress``, ``apply_complete``,
            ``apply_errored``, ``refresh_start``, ``refresh_complete``, ``ephemeral_op_start``...
        address: Resource address.
        action: ``create``, ``update``, ``delete``, ``read``; empty for a refresh.
        at: When it happened.
        elapsed: Whole seconds since its start, as Terraform counts them.
    """

    kind: str
    address: str
    action: str
    at: datetime
    elapsed: float


@dataclass(frozen=True)
class Diagnostic:
    """An error or a warning.

    Attributes:
        severity: ``error`` or ``warning``.
        summary: What happened, on one line as a rule; redacted.
        detail: The rest; redacted.
        address: Resource that it is about; empty for none.
        location: ``file:line`` in the configuration; empty for none.
    """

    severity: str
    summary: str
    detail: str = ""
    address: str = ""
    location: str = ""


@dataclass(frozen=True)
class OutputsEvent:
    """Names of the outputs; their values come from ``terraform output``."""

    names: tuple[str, ...]


@dataclass(frozen=True)
class OtherEvent:
    """An event of a type that this module does not know; redacted."""

    type: str
    message: str


@dataclass(frozen=True)
class RawLine:
    """A line that is no event; redacted."""

    text: str


Event = (
    VersionEvent
    | PlannedChange
    | ResourceDrift
    | ChangeSummary
    | OperationEvent
    | Diagnostic
    | OutputsEvent
    | OtherEvent
    | RawLine
)


@dataclass(frozen=True)
class ResourceTiming:
    """How long one resource took.

    Attributes:
        address: Resource address.
        action: ``create``, ``update``, ``delete``, ``read``.
        started: When Terraform began with it, UTC.
        seconds: From there to its end, or to the last event for one that never ended.
        failed: Whether it ended with an error, or not at all.
    """

    address: str
    action: str
    started: datetime
    seconds: float
    failed: bool = False


def resource_timings(events: Iterable[Event]) -> tuple[ResourceTiming, ...]:
    """Return the timeline of applied (also: ephemeral) resources, in the order of their start.

    The times are those of Terraform's events, so they are finer than its ``elapsed_seconds``.
    """
    begun: dict[tuple[str, str], datetime] = {}
    done: list[ResourceTiming] = []
    last: datetime | None = None
    for event in events:
        if not isinstance(event, OperationEvent):
            continue
        last, key = event.at, (event.address, event.action)
        if event.kind.endswith("_start") and not event.kind.startswith("refresh"):
            begun[key] = event.at
        elif event.kind.endswith(("_complete", "_errored")) and key in begun:
            failed = event.kind.endswith("_errored")
            done.append(_timing(key, begun.pop(key), event.at, failed=failed))
    done += [_timing(key, started, last or started, failed=True) for key, started in begun.items()]
    return tuple(sorted(done, key=lambda timing: timing.started))


def _timing(
    key: tuple[str, str], started: datetime, ended: datetime, *, failed: bool
) -> ResourceTiming:
    return ResourceTiming(*key, started, (ended - started).total_seconds(), failed)
