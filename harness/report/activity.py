"""What is going on in a run right now, as its events tell it."""

import threading
from collections.abc import Callable
from dataclasses import dataclass

from harness.run.evidence import Status


@dataclass(frozen=True)
class Running:
    """A phase or a resource in progress.

    Attributes:
        name: The phase's name or the resource's address.
        action: What is done to the resource ("create", "delete"); empty for a phase.
        since: When it started, in seconds on the activity's clock.
    """

    name: str
    action: str
    since: float


@dataclass(frozen=True)
class Snapshot:
    """The activity at one moment.

    Attributes:
        now: That moment, in seconds on the activity's clock.
        phases: Phases in progress, in the order of their start.
        resources: Resources in progress, the longest running first.
        planned: How many resources the current operation changes; 0 when that is unknown.
        done: How many of them are finished.
        checks: How many checks ended with each status.
    """

    now: float
    phases: tuple[Running, ...]
    resources: tuple[Running, ...]
    planned: int
    done: int
    checks: dict[Status, int]

    @property
    def idle(self) -> bool:
        """Whether nothing is in progress."""
        return not (self.phases or self.resources)


class Activity:
    """Collects the events of a run; safe to use from several threads.

    Args:
        clock: Returns the current time in seconds, monotonic.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
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

    def phase_finished(self, name: str, *, failed: bool) -> None:
        """End a phase.

        A resource whose operation failed never reports that it finished: when the phase
        failed, or no other is left, the resources still in progress are ended with it.
        """
        with self._lock:
            self._phases.pop(name, None)
            if failed or not self._phases:
                self._resources.clear()
                self._planned = self._done = 0

    def planned(self, count: int) -> None:
        """Start counting anew: an operation is about to change ``count`` resources."""
        with self._lock:
            self._planned, self._done = count, 0

    def resource_started(self, address: str, action: str) -> None:
        """Count a resource as in progress."""
        with self._lock:
            self._resources[address] = Running(address, action, self._clock())

    def resource_finished(self, address: str, action: str) -> None:
        """End a resource's operation; a read is not counted, because no plan counts it."""
        with self._lock:
            self._resources.pop(address, None)
            self._done += action != "read"

    def checked(self, status: Status) -> None:
        """Count the outcome of a check."""
        with self._lock:
            self._checks[status] += 1

    def snapshot(self) -> Snapshot:
        """Return the activity of this moment."""
        with self._lock:
            return Snapshot(
                now=self._clock(),
                phases=tuple(self._phases.values()),
                resources=tuple(sorted(self._resources.values(), key=lambda item: item.since)),
                planned=self._planned,
                done=self._done,
                checks=dict(self._checks),
            )
