"""Signals of a command in the foreground, with and without a terminal."""

import os
import pty
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from harness.core.errors import UsageError
from harness.core.foreground import run_in_foreground
from harness.core.wait import wait_until

ROOT = Path(__file__).parents[4]
# Writes down each signal that it receives; ends once there is a file "enough".
COMMAND = """
import os, signal, sys, time
def note(number, _):
    with open("signals", "a") as file:
        file.write(signal.Signals(number).name + " ")
for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
    signal.signal(number, note)
open("running", "w").close()
while not os.path.exists("enough"):
    time.sleep(0.01)
sys.exit(3)
"""
WRAPPER = f"""
import os, sys
if sys.argv[1:]:
    os.open(sys.argv[1], os.O_RDWR)  # becomes the controlling terminal of this session
from harness.core.foreground import run_in_foreground
sys.exit(run_in_foreground([sys.executable, "-S", "-c", {COMMAND!r}], os.environ))
"""
Start = Callable[..., "subprocess.Popen[bytes]"]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    started: list[subprocess.Popen[bytes]] = []

    def run(*terminal: str) -> "subprocess.Popen[bytes]":
        process = subprocess.Popen(
            [sys.executable, "-c", WRAPPER, *terminal],
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            start_new_session=True,
        )
        started.append(process)
        running = tmp_path / "running"
        wait_until(running.exists, what="the command", ready=bool, timeout=60, delay=0.02)
        return process

    yield run
    (tmp_path / "enough").touch()
    for process in started:
        process.wait()


def received(folder: Path, process: "subprocess.Popen[bytes]", signals: str) -> str:
    """Wait for signals, and then for the end of the command; return all that it received."""
    _await(folder, signals)
    process.send_signal(signal.SIGCONT)
    time.sleep(0.1)  # another one would arrive
    (folder / "enough").touch()
    assert process.wait() == 3
    return (folder / "signals").read_text().strip()


def _await(folder: Path, signals: str) -> None:
    path = folder / "signals"
    wait_until(
        lambda: path.read_text().strip() if path.exists() else "",
        what=signals,
        ready=lambda seen: seen.startswith(signals),
        timeout=60,
        delay=0.02,
    )


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_is_passed_on_and_the_command_decides(
    start: Start, tmp_path: Path, number: signal.Signals
) -> None:
    process = start()

    process.send_signal(number)

    assert received(tmp_path, process, number.name) == number.name


def test_the_ctrl_c_of_a_terminal_reaches_the_command_once(start: Start, tmp_path: Path) -> None:
    terminal, end = pty.openpty()
    try:
        process = start(os.ttyname(end))
        process.send_signal(signal.SIGSTOP)  # a signal on top of one under way would be none
        os.write(terminal, b"\x03")
        assert received(tmp_path, process, "SIGINT") == "SIGINT"
    finally:
        os.close(end)
        os.close(terminal)


def test_the_status_of_a_command_that_a_signal_ends_is_that_of_a_shell() -> None:
    assert run_in_foreground(["/bin/sh", "-c", "kill -TERM $$"], os.environ) == 128 + 15


def test_a_program_that_does_not_exist_is_a_usage_error() -> None:
    with pytest.raises(UsageError, match="no-such-program: cannot be started: No such file"):
        run_in_foreground(["no-such-program"], os.environ)
