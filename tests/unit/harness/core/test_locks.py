import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import filelock
import pytest

from harness.core.errors import ProcessError
from harness.core.locks import file_lock


class Phases:
    """The phases that were entered; each releases a lock that another holds."""

    def __init__(self, held: filelock.BaseFileLock | None = None) -> None:
        self.names: list[str] = []
        self._held = held

    @contextmanager
    def __call__(self, name: str) -> Iterator[None]:
        self.names.append(name)
        if self._held is not None:
            self._held.release()
        yield


def test_a_free_lock_is_taken_without_a_phase(tmp_path: Path) -> None:
    phases, path = Phases(), tmp_path / "new" / "x.lock"

    with file_lock(path, owner="another run", timeout=0, phase=phases):
        assert not _is_free(path)

    assert phases.names == []
    assert _is_free(path)


def test_the_wait_for_a_lock_is_a_phase_with_a_name(tmp_path: Path) -> None:
    path = tmp_path / "x.lock"
    held = filelock.FileLock(path)
    held.acquire()
    phases = Phases(held)

    with file_lock(path, owner="another run", timeout=60, phase=phases):
        assert not _is_free(path)

    assert phases.names == ["wait for another run"]


def test_a_wait_of_less_than_a_second_has_no_name(tmp_path: Path) -> None:
    path, phases = tmp_path / "x.lock", Phases()
    held = filelock.FileLock(path, thread_local=False)
    held.acquire()
    release = threading.Timer(0.05, held.release)
    release.start()

    with file_lock(path, owner="another run", timeout=60, phase=phases):
        assert not _is_free(path)

    release.join()
    assert phases.names == []


def test_a_wait_ends_at_its_deadline(tmp_path: Path) -> None:
    path = tmp_path / "x.lock"

    with (
        filelock.FileLock(path),
        pytest.raises(ProcessError, match=r"another run held .*x\.lock for 0 s") as caught,
        file_lock(path, owner="another run", timeout=0),
    ):
        raise AssertionError("it must not be taken")

    assert "ends with its process" in (caught.value.remedy or "")


def test_a_wait_can_be_cancelled_by_another_thread(tmp_path: Path) -> None:
    path, cancel = tmp_path / "x.lock", threading.Event()

    @contextmanager
    def waiting(_: str) -> Iterator[None]:
        threading.Thread(target=cancel.set).start()
        yield

    with (
        filelock.FileLock(path),
        pytest.raises(ProcessError, match="the wait for another run was cancelled"),
        file_lock(path, owner="another run", timeout=3600, cancel=cancel, phase=waiting),
    ):
        raise AssertionError("it must not be taken")


def test_an_error_of_the_body_releases_the_lock(tmp_path: Path) -> None:
    path = tmp_path / "x.lock"

    with pytest.raises(ValueError, match="odd"), file_lock(path, owner="a run", timeout=0):
        raise ValueError("odd")

    assert _is_free(path)


def _is_free(path: Path) -> bool:
    try:
        with filelock.FileLock(path, blocking=False):
            return True
    except filelock.Timeout:
        return False
