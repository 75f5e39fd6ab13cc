"""The watchdog as a process of its own."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from harness.core.wait import wait_until
from harness.run.ledger import Ledger, RunRecord, RunStatus
from harness.run.owner import living_owner

RECORD = RunRecord("pr1", "embedded", "eu-north-1", RunStatus.DEPLOYING, "2026-01-01T00:00:00")
OWNER = """
import sys
from pathlib import Path
from harness.run.owner import run_lock
from harness.run.watchdog import start_watchdog
folder = Path(sys.argv[1])
with run_lock(folder, "catalog-harness deploy"):
    start_watchdog(folder)
    print("up", flush=True)
    sys.stdin.read()
"""
SECONDS = 60.0


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    ledger = Ledger(tmp_path)
    ledger.begin(RECORD)
    return ledger.directory("pr1")


@contextmanager
def owner_of(folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    command = [sys.executable, "-W", "ignore", "-c", OWNER, str(folder)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        yield process


def watchdogs(folder: Path) -> list[psutil.Process]:
    """The processes that the process list tells apart as watchdogs of a run."""
    return [
        process
        for process in psutil.process_iter(["cmdline"])
        if (process.info["cmdline"] or [])[-2:] == ["harness.run.watchdog", str(folder)]
    ]


def await_end(watchdog: psutil.Process) -> None:
    wait_until(
        lambda: not watchdog.is_running() or watchdog.status() == psutil.STATUS_ZOMBIE,
        what="the end of the watchdog",
        ready=bool,
        timeout=SECONDS,
        delay=0.05,
    )


def test_a_run_whose_owner_is_killed_is_destroyed(folder: Path, tmp_path: Path) -> None:
    with owner_of(folder) as owner:
        (watchdog,) = watchdogs(folder)
        assert living_owner(folder) is not None

        owner.kill()

    await_end(watchdog)
    log = (folder / "watchdog.log").read_text()
    assert Ledger(tmp_path).get("pr1").status is RunStatus.DESTROYED, log
    assert "the owner of pr1 was killed" in log
    assert living_owner(folder) is None


def test_it_ends_with_a_run_that_ends_in_order(folder: Path, tmp_path: Path) -> None:
    with owner_of(folder) as owner:
        (watchdog,) = watchdogs(folder)
        assert owner.stdin is not None
        owner.stdin.close()

    await_end(watchdog)
    assert Ledger(tmp_path).get("pr1").status is RunStatus.DEPLOYING
    assert (folder / "watchdog.log").read_text() == ""


def test_it_imports_next_to_nothing() -> None:
    code = "import harness.run.watchdog, sys; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True).stdout

    assert not {b"psutil", b"boto3", b"click", b"platformdirs"} & set(loaded.split())
