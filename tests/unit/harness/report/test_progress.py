import io
import sys
import threading
from collections.abc import Callable

import pytest
from rich.console import Console

from harness.core.redaction import MASK
from harness.report.progress import ConsoleObserver
from harness.run.evidence import Status
from harness.run.timeline import Observer
from tests.unit.harness.report.samples import Terminal, result

SHOW_CURSOR = "\x1b[?25h"
ERASE_LINE = "\x1b[2K"


def plain(file: io.StringIO, **settings: object) -> ConsoleObserver:
    return ConsoleObserver(Console(file=file), clock=lambda: 7.0, **settings)  # type: ignore[arg-type]


def live(file: Terminal, width: int = 100) -> ConsoleObserver:
    return ConsoleObserver(Console(file=file, width=width, height=40), clock=lambda: 7.0)


def send_all_events(observer: Observer) -> None:
    observer.phase_started("apply")
    observer.resources_planned(2)
    observer.resource_started("aws_vpc.main", "create")
    observer.resource_finished("aws_vpc.main", "create", 10.0)
    observer.resource_started("aws_lb.main", "create")
    observer.check_finished(result())
    observer.check_finished(result("s3/lifecycle", Status.FAILED, "no rule\nat all"))
    observer.note("the stack is kept")


def test_the_base_observer_ignores_everything() -> None:
    send_all_events(Observer())
    Observer().phase_finished("apply", 3.0, failed=True)


class TestWithoutATerminal:
    def test_each_event_that_matters_is_one_line(self) -> None:
        file = io.StringIO()
        with plain(file) as observer:
            send_all_events(observer)
            observer.phase_finished("apply", 72.0)
            observer.phase_finished("destroy", 5.0, failed=True)

        assert file.getvalue().splitlines() == [
            "[   0.0 s] apply: started",
            "[   0.0 s] check s3/lifecycle FAILED (data plane): no rule at all",
            "[   0.0 s] note: the stack is kept",
            "[   0.0 s] apply: finished in 1 min 12 s",
            "[   0.0 s] destroy: FAILED after 5.0 s",
        ]

    def test_lines_begin_with_the_seconds_since_the_start(self) -> None:
        file = io.StringIO()
        times = iter((100.0, 101.0, 112.5))
        observer = ConsoleObserver(Console(file=file), clock=lambda: next(times))
        observer.phase_started("apply")

        assert file.getvalue() == "[  12.5 s] apply: started\n"

    def test_a_heartbeat_shows_what_is_in_progress(self) -> None:
        file = Watched("running")
        with plain(file, heartbeat=0.001) as observer:
            observer.resources_planned(9)
            for number in range(6):
                observer.resource_started(f"aws_eip.a{number}", "create")
            observer.check_finished(result())
            observer.phase_started("apply")
            assert file.written.wait(20)

        beat = next(line for line in file.getvalue().splitlines() if "running" in line)
        assert beat == (
            "[   0.0 s] running: apply (0 s); 0/9 resources; in progress: "
            "aws_eip.a0 (create, 0 s), aws_eip.a1 (create, 0 s), aws_eip.a2 (create, 0 s), "
            "aws_eip.a3 (create, 0 s) and 2 more; checks: 1 passed"
        )

    def test_a_heartbeat_names_the_phase_alone_when_it_changes_no_resources(self) -> None:
        file = Watched("running")
        with plain(file, heartbeat=0.001) as observer:
            observer.phase_started("synth")
            assert file.written.wait(20)

        assert "[   0.0 s] running: synth (0 s)" in file.getvalue().splitlines()

    def test_a_heartbeat_goes_on_between_two_phases(self) -> None:
        file = Watched("in progress")
        with plain(file, heartbeat=0.001) as observer:
            observer.resource_started("aws_lb.main", "delete")
            assert file.written.wait(20)

        assert file.getvalue().startswith("[   0.0 s] in progress: aws_lb.main (delete, 0 s)")

    def test_no_heartbeat_while_nothing_runs(self) -> None:
        file = io.StringIO()
        beats = Counted(7.0, until=10)
        with ConsoleObserver(Console(file=file), heartbeat=0.001, clock=beats):
            assert beats.reached.wait(20)

        assert file.getvalue() == ""

    def test_the_heartbeat_ends_with_the_run_also_when_it_is_interrupted(self) -> None:
        before = set(threading.enumerate())

        with pytest.raises(KeyboardInterrupt), plain(io.StringIO(), heartbeat=0.001):
            raise KeyboardInterrupt

        assert set(threading.enumerate()) <= before

    @pytest.mark.parametrize("name", ["FORCE_COLOR", "TTY_COMPATIBLE"])
    def test_a_log_file_stays_plain_even_where_colours_are_forced(
        self, monkeypatch: pytest.MonkeyPatch, name: str
    ) -> None:
        monkeypatch.setenv(name, "1")
        file = io.StringIO()
        with plain(file) as observer:
            send_all_events(observer)

        assert "apply: started\n" in file.getvalue()
        assert "\x1b" not in file.getvalue()

    def test_a_dumb_terminal_gets_plain_lines(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("TERM", "dumb")
        file = Terminal()
        with live(file) as observer:
            observer.phase_started("apply")

        assert file.getvalue() == "[   0.0 s] apply: started\n"

    def test_long_lines_are_not_broken(self) -> None:
        file = io.StringIO()
        observer = ConsoleObserver(Console(file=file, width=20), clock=lambda: 7.0)
        observer.note("word " * 30)

        assert len(file.getvalue().splitlines()) == 1

    def test_hostile_text_neither_styles_nor_moves_anything(self, secret: str) -> None:
        file = io.StringIO()
        with plain(file) as observer:
            observer.phase_started("[red]apply[/red]\x1b[2J")
            observer.note(f"password is {secret}")

        assert file.getvalue().splitlines() == [
            "[   0.0 s] [red]apply[/red]\\x1b[2J: started",
            f"[   0.0 s] note: password is {MASK}",
        ]

    def test_an_encoding_without_the_character_gets_an_escape(self) -> None:
        raw = io.BytesIO()
        file = io.TextIOWrapper(raw, encoding="ascii")
        ConsoleObserver(Console(file=file)).note("caf\u00e9")
        file.flush()

        assert raw.getvalue().endswith(b"note: caf\\xe9\n")

    def test_events_of_many_threads_stay_whole_lines(self) -> None:
        file = io.StringIO()
        with plain(file, heartbeat=0.001) as observer:
            in_threads(8, 50, lambda: observer.note("x" * 60))

        lines = file.getvalue().splitlines()
        assert lines == ["[   0.0 s] note: " + "x" * 60] * 400


class TestOnATerminal:
    def test_lines_stay_for_finished_phases_failed_checks_and_notes(self) -> None:
        file = Terminal()
        with live(file) as observer:
            send_all_events(observer)
            observer.phase_finished("apply", 72.0)
            observer.phase_finished("destroy", 5.0, failed=True)

        for text in (
            "apply: finished in 1 min 12 s",
            "destroy: FAILED after 5.0 s",
            "check s3/lifecycle FAILED (data plane): no rule at all",
            "note: the stack is kept",
        ):
            assert text in file.getvalue()
        assert "apply: started" not in file.getvalue()

    def test_the_display_shows_what_is_in_progress(self) -> None:
        file = Terminal()
        with live(file) as observer:
            send_all_events(observer)

        for text in ("apply", "1/2 resources", "create aws_lb.main", "1 passed, 1 failed"):
            assert text in file.getvalue()
        assert "aws_vpc.main" not in file.getvalue()

    def test_many_resources_are_counted_rather_than_listed(self) -> None:
        file = Terminal()
        with live(file) as observer:
            for number in range(12):
                observer.resource_started(f"aws_subnet.main{number:02d}", "create")
            observer.note("look")

        assert "main07" in file.getvalue()
        assert "main08" not in file.getvalue()
        assert "and 4 more" in file.getvalue()

    def test_the_cursor_comes_back_when_the_run_is_interrupted(self) -> None:
        file = Terminal()
        observer = live(file)
        observer.phase_started("apply")
        with pytest.raises(KeyboardInterrupt), observer:
            raise KeyboardInterrupt

        assert file.getvalue().rindex(SHOW_CURSOR) > file.getvalue().rindex("\x1b[?25l")

    def test_the_display_is_erased_at_the_end(self) -> None:
        file = Terminal()
        with live(file) as observer:
            observer.phase_started("apply")

        assert file.getvalue().rindex(ERASE_LINE) > file.getvalue().rindex("apply")

    def test_no_color_is_respected(self, monkeypatch: pytest.MonkeyPatch) -> None:
        coloured, plain_file = Terminal(), Terminal()
        with live(coloured) as observer:
            observer.phase_finished("apply", 1.0)
        monkeypatch.setenv("NO_COLOR", "1")
        with live(plain_file) as observer:
            observer.phase_finished("apply", 1.0)

        assert "\x1b[32m" in coloured.getvalue()
        assert "\x1b[32m" not in plain_file.getvalue()

    def test_events_of_many_threads_neither_block_nor_get_lost(self) -> None:
        file = Terminal()
        with live(file) as observer:
            in_threads(4, 10, lambda: send_all_events(observer))

        assert file.getvalue().count("note: the stack is kept") == 40

    def test_captured_streams_are_left_alone(self) -> None:
        stdout, stderr = sys.stdout, sys.stderr
        with live(Terminal()):
            assert (sys.stdout, sys.stderr) == (stdout, stderr)


class TestClosedConsole:
    @pytest.mark.parametrize("error", [OSError("no space"), ValueError("closed file")])
    @pytest.mark.parametrize("terminal", [True, False])
    def test_the_run_continues_without_output(self, error: Exception, *, terminal: bool) -> None:
        file = Broken(error, terminal=terminal)
        observer = ConsoleObserver(Console(file=file, width=80, height=40))
        with observer:
            file.broken = True
            send_all_events(observer)
            attempts = file.attempts
            observer.note("again")

        assert attempts > 0
        assert file.attempts == attempts or terminal


class Watched(io.StringIO):
    """Sets an event when a word is written."""

    def __init__(self, word: str) -> None:
        super().__init__()
        self.written = threading.Event()
        self._word = word

    def write(self, text: str) -> int:
        written = super().write(text)
        if self._word in text:
            self.written.set()
        return written


class Counted:
    """A clock that stands still and sets an event after a number of calls."""

    def __init__(self, now: float, *, until: int) -> None:
        self.reached = threading.Event()
        self._now = now
        self._left = until

    def __call__(self) -> float:
        self._left -= 1
        if self._left <= 0:
            self.reached.set()
        return self._now


class Broken(io.StringIO):
    """A file that can no longer be written to once ``broken`` is true."""

    encoding = "utf-8"

    def __init__(self, error: Exception, *, terminal: bool) -> None:
        super().__init__()
        self.broken = False
        self.attempts = 0
        self._error = error
        self._terminal = terminal

    def isatty(self) -> bool:
        return self._terminal

    def write(self, text: str) -> int:
        if self.broken:
            self.attempts += 1
            raise self._error
        return super().write(text)


def in_threads(count: int, times: int, work: Callable[[], None]) -> None:
    def repeat() -> None:
        for _ in range(times):
            work()

    threads = [threading.Thread(target=repeat) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
        assert not thread.is_alive()
