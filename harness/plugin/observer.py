"""The progress of a deployment on pytest's terminal, while pytest captures the output."""

import os
import threading
from contextlib import suppress
from pathlib import Path
from typing import TextIO, cast

import pytest
from rich.console import Console

from harness.core.folders import create_folder
from harness.report.history import remaining_time
from harness.report.progress import ConsoleObserver
from harness.run.timeline import Observer
from harness.settings.settings import HarnessSettings

_PROGRESS_FILE = "progress.log"
_POLL_SECONDS = 0.5


def terminal_observer(config: pytest.Config, _: Path, settings: HarnessSettings) -> Observer:
    """Return an observer that writes plain lines to pytest's terminal; none with ``-q``."""
    reporter = _reporter(config)
    if reporter is None:
        return Observer()
    return _plain_observer(cast("TextIO", _OwnLines(reporter)), reporter._tw.fullwidth, settings)


def worker_observer(directory: Path, settings: HarnessSettings) -> Observer:
    """Return the observer of a pytest-xdist worker, which has no terminal.

    It writes to a file of the run that the controlling process follows.
    """
    create_folder(directory)
    file = (directory / _PROGRESS_FILE).open("a", buffering=1, encoding="utf-8")
    return _plain_observer(file, 200, settings)


def follow_workers(config: pytest.Config, directory: Path) -> "Follower | None":
    """Copy the lines of the workers' observers to the terminal, until the follower is stopped."""
    reporter = _reporter(config)
    if reporter is None:
        return None
    follower = Follower(directory / _PROGRESS_FILE, _OwnLines(reporter))
    follower.start()
    return follower


class Follower(threading.Thread):
    """Copies the lines appended to a file, which need not exist yet, to a terminal."""

    def __init__(self, path: Path, terminal: "_OwnLines") -> None:
        super().__init__(name="follow-workers", daemon=True)
        self._path = path
        self._terminal = terminal
        self._ended = threading.Event()
        self._position = path.stat().st_size if path.exists() else 0

    def run(self) -> None:
        """Copy until stopped."""
        while not self._ended.wait(_POLL_SECONDS):
            self._copy()

    def stop(self) -> None:
        """Copy the remaining lines and end."""
        self._ended.set()
        self.join()
        self._copy()

    def _copy(self) -> None:
        if not self._path.exists():
            return
        with self._path.open(encoding="utf-8") as file:
            file.seek(self._position)
            if text := file.read():
                self._terminal.write(text)
            self._position = file.tell()


class _OwnLines:
    """pytest's terminal as a text file whose writes begin on a line of their own.

    A fixture is set up while pytest captures the output, which replaces the file descriptor of
    the terminal: this is a copy of it, made before.
    """

    encoding = "utf-8"

    def __init__(self, reporter: pytest.TerminalReporter) -> None:
        self._reporter = reporter
        self._within_line = False
        self._file = reporter._tw._file
        with suppress(OSError, AttributeError):  # in memory
            descriptor = os.dup(self._file.fileno())
            self._file = open(descriptor, "w", encoding="utf-8", closefd=False)  # noqa: SIM115

    def write(self, text: str) -> int:
        terminal = self._reporter._tw
        captured, terminal._file = terminal._file, self._file
        try:
            if not self._within_line:
                self._reporter.ensure_newline()
                if terminal.width_of_current_line:  # behind "[100%]"
                    terminal.line()
            terminal.write(text, flush=True)
        finally:
            terminal._file = captured
        self._within_line = not text.endswith("\n")
        return len(text)

    def flush(self) -> None:
        self._file.flush()


def _reporter(config: pytest.Config) -> pytest.TerminalReporter | None:
    found: pytest.TerminalReporter | None = config.pluginmanager.get_plugin("terminalreporter")
    return None if hasattr(config, "workerinput") or config.get_verbosity() < 0 else found


def _plain_observer(file: TextIO, width: int, settings: HarnessSettings) -> Observer:
    console = Console(file=file, width=width, force_terminal=False, color_system=None)
    whole = not (settings.keep_stack or settings.reuse_stack)
    remaining = remaining_time(settings, whole=whole, tests=True)
    return ConsoleObserver(console, remaining=remaining)
