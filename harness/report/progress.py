"""Tells what a run is doing while it runs."""

import time
from collections.abc import Callable
from typing import Self

from rich.console import Console

from harness.report.activity import Activity
from harness.report.displays import display_for
from harness.report.text import duration, one_line, shortened
from harness.run.evidence import CheckResult, Status
from harness.run.timeline import Observer

_LONGEST_OBSERVATION = 600


class ConsoleObserver(Observer):
    """Shows a run on a console; a context manager.

    On a terminal: a live display of what is in progress, and one line that stays for every
    finished phase, failed check and note. Elsewhere (continuous integration, a pipe, a dumb
    terminal): plain lines without colours, one per start and end of a phase, and a heartbeat
    that says what is in progress.

    When the console goes away (``| head``, a closed terminal), the observer falls silent and
    the run goes on.

    Args:
        console: Where to write. Its ``NO_COLOR`` and encoding are respected.
        heartbeat: Seconds between two heartbeats.
        clock: Returns the current time in seconds, monotonic.
    """

    def __init__(
        self,
        console: Console,
        *,
        heartbeat: float = 20.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._activity = Activity(clock)
        self._display = display_for(console, self._activity, heartbeat=heartbeat)

    def open(self) -> Self:
        """Begin to show; for whoever cannot use the context manager."""
        self._display.start()
        return self

    def close(self) -> None:
        """End it; nothing is written after this returns."""
        self._display.stop()

    def __enter__(self) -> Self:
        return self.open()

    def __exit__(self, *exc: object) -> None:
        self.close()

    def phase_started(self, name: str) -> None:
        """Show that a phase is in progress."""
        self._activity.phase_started(name)
        self._display.started(f"{one_line(name)}: started")

    def phase_finished(self, name: str, seconds: float, *, failed: bool = False) -> None:
        """Show that a phase has ended, and how."""
        self._activity.phase_finished(name, failed=failed)
        if failed:
            self._display.bad(f"{one_line(name)}: FAILED after {duration(seconds)}")
        else:
            self._display.good(f"{one_line(name)}: finished in {duration(seconds)}")

    def resources_planned(self, count: int) -> None:
        """Show progress against so many resources from now on."""
        self._activity.planned(count)

    def resource_started(self, address: str, action: str) -> None:
        """Show that a resource is in progress."""
        self._activity.resource_started(address, action)

    def resource_finished(self, address: str, action: str, seconds: float) -> None:  # noqa: ARG002
        """Show that a resource is done."""
        self._activity.resource_finished(address, action)

    def check_finished(self, result: CheckResult) -> None:
        """Count a check, and show it when it failed."""
        self._activity.checked(result.status)
        if result.status is Status.FAILED:
            observed = shortened(one_line(result.observed), _LONGEST_OBSERVATION)
            check = one_line(result.check)
            self._display.bad(f"check {check} FAILED ({result.plane.value}): {observed}")

    def note(self, text: str) -> None:
        """Show a note."""
        self._display.note(one_line(text))
