"""The owner of a run: the process that holds its lock, which the system releases at its end.

The lock is a ``flock`` (https://man7.org/linux/man-pages/man2/flock.2.html) on a file in the folder
of the run. The file names the owner; a file that names one while the lock is free was left by a
process that was killed.
"""

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, NoReturn

import psutil

from harness.core.errors import HarnessError, UsageError, WaitTimeoutError
from harness.core.folders import create_folder
from harness.core.json_values import read_json
from harness.core.locks import is_locked
from harness.core.wait import wait_until
from harness.run.lock_files import LOCK_FILE, WATCHED_FILE

# Another process may hold the lock for a moment, to find out whether it is free.
_PATIENCE_SECONDS = 1.0
_DELAY_SECONDS = 0.05


class RunInUseError(UsageError):
    """A run belongs to another process that is alive."""


@dataclass(frozen=True)
class Owner:
    """The process that a run belongs to.

    Attributes:
        started: Its start, as ISO 8601 time in UTC.
        since: When it took the run, likewise.
        activity: What it does with it ("catalog-harness destroy").
    """

    pid: int
    started: str
    since: str
    activity: str

    def __str__(self) -> str:
        return f"process {self.pid} ({self.activity}) since {self.since}"

    def require_not(self, environment_suffix: str) -> NoReturn:
        """Raise ``RunInUseError``: this process uses the run."""
        raise RunInUseError(
            f"the run {environment_suffix} is in use by {self}",
            remedy="wait until that process has ended, or use another environment suffix",
        )


@contextmanager
def run_lock(
    directory: Path, activity: str, *, patience: float = _PATIENCE_SECONDS
) -> Iterator[None]:
    """Hold the lock of the run in a folder for the time of the context.

    Raises:
        RunInUseError: Another process holds it.
    """
    files = _taken(directory, patience)
    owner = Owner(os.getpid(), process_start(os.getpid()), _time(datetime.now(UTC)), activity)
    files[0].write(json.dumps(asdict(owner)))
    files[0].flush()
    try:
        yield
    finally:
        files[0].truncate(0)
        for file in files:
            file.close()


def _taken(directory: Path, patience: float) -> list[IO[str]]:
    try:
        create_folder(directory)
        return wait_until(
            lambda: _locked(directory),
            what="the lock of the run",
            ready=bool,
            timeout=patience,
            delay=_DELAY_SECONDS,
        )
    except OSError as error:
        raise HarnessError(
            f"the folder of the run, {directory}, is not writable: {error}",
            remedy="set CATALOG_HARNESS_HOME to a writable folder",
        ) from error
    except WaitTimeoutError:
        (_named(directory) or _UNKNOWN).require_not(directory.name)


def _locked(directory: Path) -> list[IO[str]]:
    """Return the locked files; empty if another process holds the lock."""
    files = [_opened(directory / name) for name in (LOCK_FILE, WATCHED_FILE)]
    try:
        for file in files:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if os.path.samestat(os.fstat(files[0].fileno()), (directory / LOCK_FILE).stat()):
            files[0].truncate(0)
            return files
    except (BlockingIOError, FileNotFoundError):
        pass
    for file in files:
        file.close()
    return []


def living_owner(directory: Path) -> Owner | None:
    """Return the process that holds the lock of a run; None if it is free."""
    return (_named(directory) or _UNKNOWN) if is_locked(directory / LOCK_FILE) else None


def dead_owner(directory: Path) -> Owner | None:
    """Return the process that ended without releasing the lock; None if there is none."""
    return None if living_owner(directory) else _named(directory)


def process_start(pid: int) -> str:
    """Return the start of a running process as ISO 8601 time in UTC; empty if it has ended."""
    try:
        return _time(datetime.fromtimestamp(psutil.Process(pid).create_time(), UTC))
    except psutil.NoSuchProcess:
        return ""


_UNKNOWN = Owner(0, "", "an unknown time", "starting or ending")


def _named(directory: Path) -> Owner | None:
    """Return the process that the lock file names; None if it names none."""
    try:
        return read_json(directory / LOCK_FILE, Owner)
    except (OSError, ValueError):
        return None


def _opened(path: Path) -> IO[str]:
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW, 0o600)
    return os.fdopen(descriptor, "a", encoding="utf-8")


def _time(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds")
