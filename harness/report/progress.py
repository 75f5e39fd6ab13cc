"""The progress of a run: a live display on a terminal, plain lines elsewhere."""

import sys
import threading
import time
from collections.abc import Callable
from typing import Self

from rich.console import Console, RenderableType
from rich.live import Live
from rich.text import Text

from harness.report.activity import Activity, sentence, view
from harness.report.text import duration, one_line, shortened
from harness.run.evidence import CheckResult, Status

_LONGEST_OBSERVATION = 600
_MOST_RESOURCES = 8
_OTHER_ROWS = 8
_BAD = "bold red"
# The console or its pipe is closed (rich turns a broken pipe into SystemExit): the run must
# still reach its destroy.
CLOSED_CONSOLE = (OSError, ValueError, SystemExit)


class ConsoleObserver(Activity):
    """Shows a run on a console; a context manager: nothing is written after its end.

    On a terminal: a live display of what is in progress, and one line that stays for every
    finished phase, failed check and note. Elsewhere (continuous integration, a pipe, a dumb
    terminal): plain lines without colours, one per start and end of a phase, and a heartbeat
    with what is in progress.

    When the console is closed (``| head``, a closed terminal), the observer stops writing and
    the run continues.

    ``heartbeat``: seconds between two of them; ``clock`` and ``remaining``: see ``Activity``.
    """

    def __init__(
        self,
        console: Console,
        *,
        heartbeat: float = 20.0,
        clock: Callable[[], float] = time.monotonic,
        remaining: Callable[[str, float], float | None] = lambda _, __: None,
    ) -> None:
        super().__init__(clock, remaining)
        # Because of FORCE_COLOR rich may take a log file for a terminal; the file decides.
        draws = console.encoding.startswith("utf") and console.is_interactive
        self._display = (
            _LiveDisplay(console, self)
            if draws and console.file.isatty()
            else _PlainDisplay(console, self, heartbeat)
        )

    def __enter__(self) -> Self:
        self._display.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self._display.stop()

    def phase_started(self, name: str) -> None:
        """Show that a phase is in progress."""
        super().phase_started(name)
        self._display.started(f"{one_line(name)}: started")

    def phase_finished(self, name: str, seconds: float, *, failed: bool = False) -> None:
        """Show that a phase has finished or failed."""
        super().phase_finished(name, seconds, failed=failed)
        if failed:
            self._display.line(f"{one_line(name)}: FAILED after {duration(seconds)}", _BAD)
        else:
            self._display.line(f"{one_line(name)}: finished in {duration(seconds)}", "green")

    def check_finished(self, result: CheckResult) -> None:
        """Count a check, and show it when it failed."""
        super().check_finished(result)
        if result.status is Status.FAILED:
            observed = shortened(one_line(result.observed), _LONGEST_OBSERVATION)
            check = one_line(result.check)
            self._display.line(f"check {check} FAILED ({result.plane.value}): {observed}", _BAD)

    def note(self, text: str) -> None:
        """Show a note."""
        self._display.line(f"note: {one_line(text)}", "yellow")


class _Display:
    """Writes lines to a console until it is closed."""

    def __init__(self, console: Console, activity: Activity) -> None:
        self.console = console
        self.activity = activity
        self.closed = False

    def line(self, text: str, style: str = "") -> None:
        encoding = self.console.encoding
        shown = text.encode(encoding, "backslashreplace").decode(encoding)
        try:
            if not self.closed:
                self.console.print(Text(shown, style=style), soft_wrap=True)
        except CLOSED_CONSOLE:
            self.closed = True


class _PlainDisplay(_Display):
    """One line per event, each with the seconds since the start, and a heartbeat."""

    def __init__(self, console: Console, activity: Activity, heartbeat: float) -> None:
        super().__init__(console, activity)
        self._began = activity.snapshot().now
        self._heartbeat = heartbeat
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._beat, name="heartbeat", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Stop the heartbeat; nothing is written after this returns."""
        self._ended.set()
        self._thread.join()

    def line(self, text: str, style: str = "") -> None:  # noqa: ARG002 - without colours
        super().line(f"[{self.activity.snapshot().now - self._began:6.1f} s] {text}")

    started = line

    def _beat(self) -> None:
        while not self._ended.wait(self._heartbeat):
            snapshot = self.activity.snapshot()
            if not snapshot.idle:
                self.line(sentence(snapshot))


class _LiveDisplay(_Display):
    """What is in progress, redrawn four times a second below permanent lines."""

    def __init__(self, console: Console, activity: Activity) -> None:
        super().__init__(console, activity)
        self._live = Live(
            console=console,
            transient=True,
            get_renderable=self._render,
            # Only streams that write to the terminal may be redirected: under pytest they are
            # captured and belong to the test.
            redirect_stdout=sys.stdout.isatty(),
            redirect_stderr=sys.stderr.isatty(),
        )

    def start(self) -> None:
        self._live.start()

    def stop(self) -> None:
        """Remove the display and restore the cursor."""
        try:
            self._live.stop()
        except CLOSED_CONSOLE:
            self.closed = True

    def started(self, text: str) -> None:
        """Write nothing: the display shows what has started."""

    def _render(self) -> RenderableType:
        rows = max(1, min(_MOST_RESOURCES, self.console.height - _OTHER_ROWS))
        return view(self.activity.snapshot(), rows)
