"""Puts what Terraform says while it works on a run's timeline."""

import time
from collections.abc import Callable

from harness.run.timeline import Timeline
from harness.terraform.events import ChangeSummary, Event, OperationEvent


def terraform_listener(
    timeline: Timeline, clock: Callable[[], float] = time.monotonic
) -> Callable[[Event], None]:
    """Return a listener for one Terraform command; it takes each event as it comes.

    Terraform counts whole seconds, so the durations are taken here.
    """
    starts: dict[str, float] = {}

    def listen(event: Event) -> None:
        if isinstance(event, ChangeSummary) and event.operation == "plan":
            timeline.observer.resources_planned(event.add + event.change + event.remove)
        elif isinstance(event, OperationEvent) and event.kind == "apply_start":
            starts[event.address] = clock()
            timeline.observer.resource_started(event.address, event.action)
        elif isinstance(event, OperationEvent) and event.kind == "apply_complete":
            started = starts.pop(event.address, clock())
            timeline.resource(event.address, event.action, clock() - started)

    return listen
