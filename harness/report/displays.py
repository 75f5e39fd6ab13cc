"""Where progress is shown: a live display on a terminal, plain lines elsewhere."""

import sys
import threading

from rich.console import Console, RenderableType
from rich.live import Live
from rich.text import Text

from harness.report.activity import Activity
from harness.report.activity_view import sentence, view

_MOST_RESOURCES = 8
_OTHER_ROWS = 8
# The console is closed or its reader has left (rich turns a broken pipe into SystemExit):
# the run must still reach its destroy.
_GONE = (OSError, ValueError, SystemExit)


class _Lines:
    """Writes lines to a console until the console goes away."""

    def __init__(self, console: Console) -> None:
        self.console = console
        self.gone = False

    def write(self, text: str, style: str = "") -> None:
        encoding = self.console.encoding
        shown = text.encode(encoding, "backslashreplace").decode(encoding)
        try:
            if not self.gone:
                self.console.print(Text(shown, style=style), soft_wrap=True)
        except _GONE:
            self.gone = True


class PlainDisplay:
    """One line per event, each with the seconds since the start, and a heartbeat."""

    def __init__(self, console: Console, activity: Activity, *, heartbeat: float) -> None:
        self._lines = _Lines(console)
        self._activity = activity
        self._began = activity.snapshot().now
        self._heartbeat = heartbeat
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._beat, name="heartbeat", daemon=True)

    def start(self) -> None:
        """Start the heartbeat."""
        self._thread.start()

    def stop(self) -> None:
        """Stop the heartbeat; nothing is written after this returns."""
        self._ended.set()
        self._thread.join()

    def started(self, text: str) -> None:
        """Write a line."""
        self._line(text)

    good = bad = started

    def note(self, text: str) -> None:
        """Write a line that says it is a note."""
        self._line(f"note: {text}")

    def beat(self) -> None:
        """Write who is in progress, if anybody is."""
        snapshot = self._activity.snapshot()
        if not snapshot.idle:
            self._line(sentence(snapshot))

    def _beat(self) -> None:
        while not self._ended.wait(self._heartbeat):
            self.beat()

    def _line(self, text: str) -> None:
        elapsed = self._activity.snapshot().now - self._began
        self._lines.write(f"[{elapsed:6.1f} s] {text}")


class LiveDisplay:
    """What is in progress, redrawn four times a second below the lines that stay."""

    def __init__(self, console: Console, activity: Activity) -> None:
        self._console = console
        self._lines = _Lines(console)
        self._activity = activity
        self._live = Live(
            console=console,
            transient=True,
            get_renderable=self._render,
            # Only what would land on the terminal may be moved above the display: under
            # pytest the streams are captured and belong to the test.
            redirect_stdout=sys.stdout.isatty(),
            redirect_stderr=sys.stderr.isatty(),
        )

    def start(self) -> None:
        """Start to draw."""
        self._live.start()

    def stop(self) -> None:
        """Remove the display and give the cursor back."""
        try:
            self._live.stop()
        except _GONE:
            self._lines.gone = True

    def started(self, text: str) -> None:
        """Write nothing: the display shows what has started."""

    def good(self, text: str) -> None:
        """Write a line that stays."""
        self._lines.write(text, "green")

    def bad(self, text: str) -> None:
        """Write a line that stays and stands out."""
        self._lines.write(text, "bold red")

    def note(self, text: str) -> None:
        """Write a line that stays."""
        self._lines.write(f"note: {text}", "yellow")

    def _render(self) -> RenderableType:
        rows = max(1, min(_MOST_RESOURCES, self._console.height - _OTHER_ROWS))
        return view(self._activity.snapshot(), rows)


def display_for(
    console: Console, activity: Activity, *, heartbeat: float
) -> LiveDisplay | PlainDisplay:
    """Return the display that suits a console.

    ``FORCE_COLOR`` and the like make rich call a log file a terminal, so the file is asked.
    """
    draws = console.encoding.startswith("utf")
    if draws and console.is_interactive and console.file.isatty():
        return LiveDisplay(console, activity)
    return PlainDisplay(console, activity, heartbeat=heartbeat)
