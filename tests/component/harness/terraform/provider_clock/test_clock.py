"""Programs that the launcher starts: their clock, their signals, and what remains of it."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from harness.core.wait import wait_until
from harness.terraform.provider_clock import launcher
from harness.terraform.provider_clock.clock import ProviderClock, usable_clock
from harness.terraform.provider_clock.installation import write_launcher
from harness.terraform.provider_clock.launcher import ClockError, require_support
from tests.component.harness.terraform.provider_clock.refusals import FORBID_PTRACE

try:
    require_support()
except ClockError as error:
    pytest.skip(str(error), allow_module_level=True)

LAUNCHER = Path(launcher.__file__)
OTHER_MACHINE = "launcher.require_support.__defaults__ = ('riscv64', 'linux')\n"
NO_SYMBOL = "launcher._SYMBOL = b'__vdso_other'\n"
NO_MEMORY = """
def no_memory(path, *arguments, **options):
    if path.endswith("/mem"):
        raise PermissionError(13, "Permission denied", "/proc/PID/mem")
    return open(path, *arguments, **options)
launcher.open = no_memory
"""
NO_FORK = """
def no_fork():
    raise BlockingIOError(11, "Resource temporarily unavailable")
launcher.os.fork = no_fork
"""
MEASURE = """
import time
start, real = time.monotonic(), time.clock_gettime(time.CLOCK_MONOTONIC_RAW)
wall = time.time()
while time.clock_gettime(time.CLOCK_MONOTONIC_RAW) - real < 0.01: pass
seconds = time.clock_gettime(time.CLOCK_MONOTONIC_RAW) - real
print((time.monotonic() - start) / seconds, (time.time() - wall) / seconds)
"""


def started_after(preparation: str, reason: Path, *program: str) -> list[str]:
    """Return a command that runs some code, then the launcher of a program."""
    code = (
        "import importlib.machinery, sys\n"
        f"loader = importlib.machinery.SourceFileLoader('launcher', {str(LAUNCHER)!r})\n"
        "launcher = loader.load_module()\n" + preparation + "launcher.main(sys.argv[1:])\n"
    )
    return [sys.executable, "-I", "-S", "-W", "ignore", "-c", code, "20", str(reason), *program]


def clocks(*command: str) -> tuple[float, float]:
    """Return how fast the monotonic and the wall clock of a program run."""
    printed = subprocess.run(command, check=True, capture_output=True, text=True, timeout=30)
    assert printed.stderr == ""
    monotonic, wall = map(float, printed.stdout.split())
    return monotonic, wall


def test_only_the_monotonic_clock_is_faster(tmp_path: Path) -> None:
    reason = tmp_path / "reason"

    monotonic, wall = clocks(*started_after("", reason, sys.executable, "-c", MEASURE))

    assert monotonic == pytest.approx(20, rel=0.5)
    assert wall == pytest.approx(1, rel=0.5)
    assert not reason.exists()


@pytest.mark.parametrize(
    ("preparation", "expected"),
    [
        (FORBID_PTRACE, "ptrace is not permitted (Operation not permitted)"),
        (OTHER_MACHINE, "needs Linux on x86-64, this is linux on riscv64"),
        (NO_SYMBOL, "the vDSO has no __vdso_clock_gettime"),
        (NO_MEMORY, "[Errno 13] Permission denied: '/proc/PID/mem'"),
        (NO_FORK, "[Errno 11] Resource temporarily unavailable"),
    ],
)
def test_where_the_clock_cannot_be_changed_the_program_runs_at_normal_speed(
    tmp_path: Path, preparation: str, expected: str
) -> None:
    reason = tmp_path / "reason"

    monotonic, _ = clocks(*started_after(preparation, reason, sys.executable, "-c", MEASURE))

    assert monotonic == pytest.approx(1, rel=0.5)
    assert reason.read_text() == expected


def test_without_the_interpreter_the_program_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "executable", str(tmp_path / "removed" / "python"))
    write_launcher(tmp_path / "launcher", 20, Path("/bin/echo"), tmp_path / "reason")

    assert subprocess.check_output([tmp_path / "launcher", "one", "two words"]) == (
        b"one two words\n"
    )


@pytest.fixture
def start() -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Start a program that prints a line, by the launcher."""
    processes = []

    def launch(code: str, tmp_path: Path) -> subprocess.Popen[str]:
        command = started_after("", tmp_path / "reason", sys.executable, "-u", "-c", code)
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        processes.append(process)
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        return process

    yield launch
    for process in processes:
        process.kill()
        process.wait()
        assert process.stdout is not None
        process.stdout.close()


def tracer_of(process: subprocess.Popen[str]) -> int:
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
    (child,) = wait_until(
        lambda: children.read_text().split(), ready=bool, timeout=10, delay=0.01, what="the tracer"
    )
    return int(child)


def has_ended(pid: int) -> bool:
    try:
        return " Z " in Path(f"/proc/{pid}/stat").read_text()
    except FileNotFoundError:
        return True


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_the_tracer_ends_with_the_program(
    start: Callable[..., subprocess.Popen[str]], tmp_path: Path, number: signal.Signals
) -> None:
    process = start("import time; print('ready'); time.sleep(600)", tmp_path)
    tracer = tracer_of(process)
    assert os.getpgid(tracer) == tracer  # no signal of a terminal reaches it

    process.send_signal(number)

    assert process.wait(10) == -number
    wait_until(
        lambda: has_ended(tracer), ready=bool, timeout=10, delay=0.01, what="the end of the tracer"
    )


def test_the_program_gets_its_signals(
    start: Callable[..., subprocess.Popen[str]], tmp_path: Path
) -> None:
    process = start(
        "import signal, sys\n"
        "signal.signal(signal.SIGINT, lambda *_: sys.exit(7))\n"
        "print('ready')\n"
        "while True: signal.pause()",
        tmp_path,
    )

    process.send_signal(signal.SIGINT)

    assert process.wait(10) == 7


def test_the_end_of_the_program_closes_its_output(
    start: Callable[..., subprocess.Popen[str]], tmp_path: Path
) -> None:
    process = start("print('ready')", tmp_path)

    assert process.stdout is not None
    assert process.stdout.read() == ""
    assert process.wait(10) == 0


def test_this_machine_is_measured(tmp_path: Path) -> None:
    assert usable_clock(20, tmp_path / "new") == ProviderClock(20)
    assert usable_clock(1, tmp_path / "unused") == ProviderClock(1)
    assert not list((tmp_path / "new").iterdir())
    assert not (tmp_path / "unused").exists()


def test_a_folder_without_permission_to_run_programs_means_normal_speed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Path, "chmod", lambda *_: None)  # as on a file system with "noexec"

    found = usable_clock(20, tmp_path)

    assert found.factor == 1
    assert "Permission denied" in found.reason
    assert str(found).startswith("normal speed: ")
