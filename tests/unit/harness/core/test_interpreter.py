import atexit
import gc
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from harness.core import interpreter
from harness.core.interpreter import set_up_interpreter


@pytest.fixture(autouse=True)
def own_interpreter(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """Python without bytecode of the module, and a cache folder of its own."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(sys, "pycache_prefix", None)
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    monkeypatch.setattr(interpreter.__spec__, "cached", str(tmp_path / "absent.pyc"))
    monkeypatch.setattr(atexit, "register", lambda _: None)
    monkeypatch.setattr(interpreter, "_request_long_slices", lambda: None)  # of these tests
    # Restored afterwards, also if the code under test sets them.
    monkeypatch.setenv("PYTHONPYCACHEPREFIX", "")
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    thresholds = gc.get_threshold()
    yield
    gc.set_threshold(*thresholds)


def kept_by_a_child(tmp_path: Path) -> list[str]:
    """Return the folders with bytecode of a module that a child process imports."""
    source = tmp_path / "sources" / "module.py"
    source.parent.mkdir()
    source.write_text("")
    subprocess.run([sys.executable, "-c", "import module"], cwd=source.parent, check=True)
    return [path.relative_to(tmp_path).parts[0] for path in tmp_path.rglob("module.*.pyc")]


def test_where_python_keeps_none_it_is_kept_in_the_cache_folder(tmp_path: Path) -> None:
    set_up_interpreter()
    assert str(sys.pycache_prefix).startswith(str(tmp_path / "cache"))
    assert not sys.dont_write_bytecode
    assert kept_by_a_child(tmp_path) == ["cache"]


def test_what_python_has_kept_is_used(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "kept.pyc").touch()
    monkeypatch.setattr(interpreter.__spec__, "cached", str(tmp_path / "kept.pyc"))
    set_up_interpreter()
    assert sys.pycache_prefix is None
    assert kept_by_a_child(tmp_path) == []


def test_the_users_own_folder_takes_precedence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "pycache_prefix", "/of/the/user")
    set_up_interpreter()
    assert sys.pycache_prefix == "/of/the/user"
    assert os.environ["PYTHONDONTWRITEBYTECODE"] == "1"


def test_garbage_is_collected_less_often_than_python_does() -> None:
    threshold, *others = gc.get_threshold()

    set_up_interpreter()

    assert gc.get_threshold()[0] > threshold
    assert list(gc.get_threshold()[1:]) == others


def test_garbage_is_not_collected_once_more_at_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    registered: list[object] = []
    monkeypatch.setattr(atexit, "register", registered.append)

    set_up_interpreter()

    assert registered == [gc.freeze]


SCHEDULING = """
import os, sys, types
from harness.core.interpreter import set_up_interpreter
os.sched_setscheduler(0, os.SCHED_OTHER, os.sched_param(0))
{first}
set_up_interpreter()
print(os.sched_getscheduler(0), os.nice(0), flush=True)
os.execv(sys.executable, [sys.executable, "-c", {program!r}])
"""
PROGRAM = "import os; print(os.sched_getscheduler(0))"
SLICE = "print(*[line.split()[-1] for line in open('/proc/self/sched') if 'se.slice' in line])"

FORBIDDEN = """
getscheduler = os.sched_getscheduler
def forbidden(_):
    os.sched_getscheduler = getscheduler
    raise PermissionError
os.sched_getscheduler = forbidden
"""

on_linux = pytest.mark.skipif(
    sys.platform != "linux" or os.uname().machine not in interpreter._SYSTEM_CALLS,
    reason="the policies of Linux",
)


def shows_slices() -> bool:
    found = re.match(r"(\d+)\.(\d+)", os.uname().release)
    sched = Path("/proc/self/sched")
    recent = found is not None and (int(found[1]), int(found[2])) >= (6, 12)
    return recent and sched.exists() and "se.slice" in sched.read_text()


def scheduling(first: str, program: str = PROGRAM) -> list[int]:
    """Return the policy and the nice value of a process, and what its program prints."""
    command = [sys.executable, "-c", SCHEDULING.format(first=first, program=program)]
    output = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return [int(word) for word in output.split()]


@on_linux
def test_processes_do_not_interrupt_others_and_keep_their_priority() -> None:
    assert scheduling("os.nice(5)") == [os.SCHED_BATCH, os.nice(0) + 5, os.SCHED_BATCH]


@on_linux
@pytest.mark.skipif(not shows_slices(), reason="Linux before 6.12, or one that does not show them")
def test_their_slices_are_long() -> None:
    assert scheduling("", SLICE)[2:] == [30_000_000]


@on_linux
@pytest.mark.parametrize(
    ("first", "policy"),
    [
        ("os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))", "SCHED_IDLE"),
        (FORBIDDEN, "SCHED_OTHER"),
        ("sys.platform = 'darwin'", "SCHED_OTHER"),
        ("os.uname = lambda: types.SimpleNamespace(machine='riscv64')", "SCHED_OTHER"),
        ("sys.maxsize = 2**31 - 1", "SCHED_OTHER"),
    ],
    ids=["chosen by the user", "forbidden", "macOS", "another machine", "32 bits"],
)
def test_otherwise_the_policy_is_kept(first: str, policy: str) -> None:
    assert scheduling(first)[::2] == [getattr(os, policy)] * 2
