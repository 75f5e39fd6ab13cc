"""The end of another process is detected."""

import asyncio
import ctypes
import signal
import subprocess
import sys
from collections.abc import Iterator
from types import SimpleNamespace

import psutil
import pytest

from harness.core import process_end
from harness.core.process_end import all_end, die_with_parent, process_ended


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, ...]]:
    calls: list[tuple[int, ...]] = []

    def prctl(*arguments: int) -> None:
        calls.append(arguments)

    monkeypatch.setattr(ctypes, "CDLL", lambda *_, **__: SimpleNamespace(prctl=prctl))
    return calls


def test_linux_signals_the_end_of_the_parent(
    calls: list[tuple[int, ...]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "platform", "linux")

    die_with_parent()

    assert calls == [(1, signal.SIGTERM, 0, 0, 0)]


def test_other_systems_have_no_such_signal(
    calls: list[tuple[int, ...]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")

    die_with_parent()

    assert calls == []


class FakeProcess:
    """A process with a given status at each poll; None: it does not exist."""

    def __init__(self, *statuses: str | None) -> None:
        self._statuses: Iterator[str | None] = iter(statuses)
        self._status: str | None = None

    def is_running(self) -> bool:
        self._status = next(self._statuses)
        return self._status is not None

    def status(self) -> str:
        if self._status is None or self._status == "gone":
            raise psutil.NoSuchProcess(7)
        return self._status

    @property
    def polled_to_the_end(self) -> bool:
        return next(self._statuses, "") == ""


@pytest.mark.parametrize("last", [None, psutil.STATUS_ZOMBIE, "gone"])
def test_a_process_is_polled_until_it_has_ended(
    monkeypatch: pytest.MonkeyPatch, last: str | None
) -> None:
    process = FakeProcess(psutil.STATUS_RUNNING, psutil.STATUS_SLEEPING, last)
    monkeypatch.setattr(psutil, "Process", lambda _: process)
    monkeypatch.setattr(process_end, "_POLL_SECONDS", 0)

    asyncio.run(process_ended(7))

    assert process.polled_to_the_end


def test_a_process_that_does_not_exist_has_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(pid: int) -> None:
        raise psutil.NoSuchProcess(pid)

    monkeypatch.setattr(psutil, "Process", missing)

    asyncio.run(process_ended(7))


def test_a_process_that_was_not_reaped_has_ended() -> None:
    child = subprocess.Popen([sys.executable, "-c", ""])
    process = psutil.Process(child.pid)

    assert all_end([process], timeout=30)
    assert process.status() == psutil.STATUS_ZOMBIE
    child.wait()
    assert all_end([process], timeout=0)


def test_a_process_that_runs_has_not_ended() -> None:
    assert not all_end([psutil.Process()], timeout=0)
