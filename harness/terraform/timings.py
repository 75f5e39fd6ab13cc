"""How long Terraform took for each resource."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from harness.terraform.events import Event, OperationEvent

__all__ = ["ResourceTiming", "resource_timings"]


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
