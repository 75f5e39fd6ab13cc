"""A guarded program ends in order when its caller is killed."""

import signal
import subprocess
import sys
import textwrap
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from harness.core import process
from harness.core.errors import ProcessError
from harness.core.process import ProcessCancelledError
from harness.core.wait import wait_until

_PATIENCE = 60.0

# Ends once the file "enough" exists, as Terraform ends once its state is written, and leaves a
# process behind, as Terraform leaves its provider.
_PROGRAM = """
    import os, signal, subprocess, sys, time
    interrupts = 0
    def note(*_):
        global interrupts
        interrupts += 1
        print("interrupted", flush=True)
    signal.signal(signal.SIGINT, note)
    ignoring = "import signal, time; signal.signal(signal.SIGINT, signal.SIG_IGN); time.sleep(99)"
    left = subprocess.Popen([sys.executable, "-S", "-c", ignoring])
    with open("pids", "w") as pids:
        pids.write(f"{os.getpid()} {left.pid}")
    print("running", flush=True)
    while not (interrupts and os.path.exists("enough")):
        time.sleep(0.01)
    print("x" * 300000, flush=True)
    with open("state", "w") as state:
        state.write(f"interrupts={interrupts}")
"""
_CALLER = """
    import sys, threading
    from harness.core import process
    cancel = threading.Event()
    def on_line(line):
        if line == sys.argv[2]:
            cancel.set()
        print(line, flush=True)
    process.run(sys.argv[3:], timeout=60, grace=float(sys.argv[1]), on_line=on_line, cancel=cancel,
                guarded=True)
"""


def python(code: str) -> list[str]:
    return [sys.executable, "-S", "-c", textwrap.dedent(code)]


class Caller:
    """A process that has started the program, and its descendants."""

    def __init__(self, folder: Path, *, grace: float, stop_on: str = "never") -> None:
        self.folder = folder
        command = [sys.executable, "-c", textwrap.dedent(_CALLER), f"{grace:g}", stop_on]
        self.process = subprocess.Popen(
            [*command, *python(_PROGRAM)], cwd=folder, stdout=subprocess.PIPE, text=True
        )
        self.await_line("running")
        self.family = psutil.Process(self.process.pid).children(recursive=True)

    def await_line(self, expected: str) -> None:
        assert self.process.stdout is not None
        assert expected in iter(lambda: self.process.stdout.readline().strip(), "")  # type: ignore[union-attr]

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    def await_end(self) -> None:
        wait_until(
            lambda: [each for each in self.family if each.is_running() and not _is_zombie(each)],
            what="the end of everything that the caller started",
            ready=lambda running: not running,
            timeout=_PATIENCE,
            delay=0.01,
        )

    def close(self) -> None:
        self.kill()
        assert self.process.stdout is not None
        self.process.stdout.close()
        for each in self.family:
            with suppress(psutil.NoSuchProcess):
                each.kill()


def _is_zombie(child: psutil.Process) -> bool:
    try:
        return child.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


@pytest.fixture
def callers() -> Iterator[list[Caller]]:
    started: list[Caller] = []
    yield started
    for each in started:
        each.close()


def test_when_the_caller_is_killed_the_state_is_written_and_no_process_is_left(
    tmp_path: Path, callers: list[Caller]
) -> None:
    callers.append(caller := Caller(tmp_path, grace=_PATIENCE))

    caller.kill()
    (tmp_path / "enough").touch()
    caller.await_end()

    assert len(caller.family) == 3, "guard, program, the process that the program leaves behind"
    assert (tmp_path / "state").read_text() == "interrupts=1"


def test_a_program_that_does_not_end_is_killed(tmp_path: Path, callers: list[Caller]) -> None:
    callers.append(caller := Caller(tmp_path, grace=0.1))

    caller.kill()
    caller.await_end()

    assert not (tmp_path / "state").exists()


def test_a_caller_killed_while_it_stops_the_program_interrupts_it_once(
    tmp_path: Path, callers: list[Caller]
) -> None:
    callers.append(caller := Caller(tmp_path, grace=_PATIENCE, stop_on="running"))
    caller.await_line("interrupted")

    caller.kill()
    (tmp_path / "enough").touch()
    caller.await_end()

    assert (tmp_path / "state").read_text() == "interrupts=1"


def test_a_killed_program_leaves_no_process_when_its_caller_cannot_end_it(
    tmp_path: Path, callers: list[Caller]
) -> None:
    callers.append(caller := Caller(tmp_path, grace=_PATIENCE))
    program, _ = (tmp_path / "pids").read_text().split()

    caller.process.send_signal(signal.SIGSTOP)
    psutil.Process(int(program)).kill()
    caller.await_end()

    assert len(caller.family) == 3, "guard, program, the process that the program leaves behind"


def test_only_the_program_is_interrupted(tmp_path: Path) -> None:
    cancel = threading.Event()
    program = """
        import signal, subprocess, sys
        code = "import time; print('running', flush=True); time.sleep(60)"
        signal.signal(signal.SIGINT, lambda *_: child.kill())
        child = subprocess.Popen([sys.executable, "-S", "-c", code])
        print(f"the child died of {-child.wait()}")
    """
    with pytest.raises(ProcessCancelledError, match=f"died of {int(signal.SIGKILL)}"):
        process.run(
            python(program),
            timeout=_PATIENCE,
            on_line=lambda line: cancel.set() if line == "running" else None,
            cancel=cancel,
            guarded=True,
        )


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_the_status_has_the_signal_that_ended_the_program(number: signal.Signals) -> None:
    done = process.run(
        python(f"import os; os.kill(os.getpid(), {int(number)})"),
        timeout=_PATIENCE,
        accept=None,
        guarded=True,
    )

    assert done.returncode == -number


def test_a_guarded_program_has_no_standard_input() -> None:
    done = process.run(
        python("import sys; print(repr(sys.stdin.read()))"), timeout=_PATIENCE, guarded=True
    )

    assert done.stdout == "''\n"


def test_a_program_that_does_not_exist_is_named() -> None:
    with pytest.raises(ProcessError, match="cannot start `/nowhere/program`"):
        process.run(["/nowhere/program"], timeout=_PATIENCE, guarded=True)


def test_a_program_that_cannot_be_started_is_named(tmp_path: Path) -> None:
    (tmp_path / "program").write_text("of another machine")
    (tmp_path / "program").chmod(0o700)

    with pytest.raises(ProcessError, match=r"status 126\ncannot start .*Exec format error"):
        process.run([str(tmp_path / "program")], timeout=_PATIENCE, guarded=True)
