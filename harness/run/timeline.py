"""The timeline of a run: start and end of every phase and resource, and its observer."""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import Any

from harness.run.evidence import CheckResult


@dataclass(frozen=True)
class Phase:
    """One phase of a run; start and end in seconds since the start of the run."""

    name: str
    started: float
    ended: float
    failed: bool = False

    @property
    def seconds(self) -> float:
        """Duration in seconds."""
        return self.ended - self.started


@dataclass(frozen=True)
class ResourceTiming:
    """One operation on a resource; start and end in seconds since the start of the run."""

    address: str
    action: str  # "create", "delete", "update", "read"
    started: float
    ended: float


@dataclass(frozen=True)
class Event:
    """Something observed: ``at`` in seconds since the start of the run.

    Sources are ECS services and tasks, log streams, target groups, the second plan.
    """

    at: float
    source: str
    text: str


class Observer:
    """Receives the events of a run as they happen; this class ignores them.

    The methods are called from several threads. They must return quickly and never raise: an
    observer cannot fail a run.
    """

    def phase_started(self, name: str) -> None:
        """A phase has started; phases may overlap."""

    def phase_finished(self, name: str, seconds: float, *, failed: bool = False) -> None:
        """A phase has ended, with its duration in seconds."""

    def resources_planned(self, count: int) -> None:
        """Terraform is about to create, change or delete ``count`` resources."""

    def resource_started(self, address: str, action: str) -> None:
        """An operation ("create", "update", "delete", "read") on a resource has started."""

    def resource_finished(self, address: str, action: str, seconds: float) -> None:
        """An operation on a resource has succeeded, with its duration in seconds."""

    def check_finished(self, result: CheckResult) -> None:
        """A check has ended."""

    def provider_clock(self, factor: int) -> None:
        """The clock of the AWS provider runs ``factor`` times as fast; 1 is normal."""

    def event(self, source: str, text: str) -> None:
        """The state of something that is waited for has changed, such as of an ECS service."""

    def note(self, text: str) -> None:
        """There is a note for the user."""


class Timeline:
    """Collects the phases and resource timings of a run and passes them to an observer.

    Several threads may add to it: it only appends to lists, and reads copies of them
    (https://docs.python.org/3/faq/library.html#what-kinds-of-global-value-mutation-are-thread-safe).

    Args:
        origin: Start of the run on the monotonic clock of the system, in seconds. All processes
            of a machine share that clock, so workers can share an origin.
    """

    def __init__(
        self,
        observer: Observer,
        *,
        origin: float | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.observer = observer
        self._clock = clock
        self.origin = clock() if origin is None else origin
        self._phases: list[Phase] = []
        self._resources: list[ResourceTiming] = []
        self._events: list[Event] = []
        self._notes: list[str] = []

    @property
    def phases(self) -> tuple[Phase, ...]:
        """The finished phases, in the order of their start."""
        return tuple(sorted(self._phases, key=lambda phase: phase.started))

    @property
    def resources(self) -> tuple[ResourceTiming, ...]:
        """The finished resources, in the order of their end."""
        return tuple(self._resources)

    @property
    def events(self) -> tuple[Event, ...]:
        """The observed events, in chronological order."""
        return tuple(sorted(self._events, key=lambda event: event.at))

    @property
    def notes(self) -> tuple[str, ...]:
        """The notes for the report, in chronological order."""
        return tuple(self._notes)

    def note(self, text: str) -> None:
        """Add a note for the observer and the report."""
        self._notes.append(text)
        self.observer.note(text)

    def event(self, source: str, text: str) -> None:
        """Add an event for the observer and the report."""
        self.add(Event(self._clock() - self.origin, source, text))
        self.observer.event(source, text)

    def add(self, event: Event) -> None:
        """Add an event for the report."""
        self._events.append(event)

    @contextmanager
    def phase(self, name: str) -> Iterator[None]:
        """Time a phase; it has failed if the body raises."""
        started = self._clock() - self.origin
        self.observer.phase_started(name)
        failed = True
        try:
            yield
            failed = False
        finally:
            phase = Phase(name, started, self._clock() - self.origin, failed=failed)
            self._phases.append(phase)
            self.observer.phase_finished(name, phase.seconds, failed=failed)

    def resource(self, address: str, action: str, seconds: float) -> None:
        """Record an operation that has just ended and took ``seconds``."""
        ended = self._clock() - self.origin
        self._resources.append(ResourceTiming(address, action, max(0.0, ended - seconds), ended))
        self.observer.resource_finished(address, action, seconds)

    def to_dict(self) -> dict[str, Any]:
        """Return a copy that can be serialized as JSON."""
        return {
            "origin": self.origin,
            "phases": [asdict(phase) for phase in self.phases],
            "resources": [asdict(resource) for resource in self.resources],
            "events": [asdict(event) for event in self.events],
            "notes": list(self.notes),
        }

    def merge(self, saved: Mapping[str, Any]) -> None:
        """Add what another process of this machine saved with ``to_dict``."""
        shift = saved["origin"] - self.origin

        def moved(times: Mapping[str, Any]) -> dict[str, Any]:
            return {**times, "started": times["started"] + shift, "ended": times["ended"] + shift}

        self._phases += [Phase(**moved(phase)) for phase in saved["phases"]]
        self._resources += [ResourceTiming(**moved(timing)) for timing in saved["resources"]]
        self._events += [Event(**{**event, "at": event["at"] + shift}) for event in saved["events"]]
        self._notes += saved["notes"]
