"""File locks between the runs of a machine: a wait has a name, a deadline, and can be cancelled."""

import fcntl
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from pathlib import Path

import filelock

from harness.core.errors import ProcessError

Phase = Callable[[str], AbstractContextManager[object]]

_POLL_SECONDS = 0.1
# A shorter wait has no name: the synth ahead holds the lock for as long.
_UNNAMED_SECONDS = 1.0


@contextmanager
def file_lock(
    path: Path,
    *,
    owner: str,
    timeout: float,
    cancel: threading.Event | None = None,
    phase: Phase = nullcontext,
) -> Iterator[None]:
    """Hold a lock for the time of the context; it ends with the process that holds it.

    Args:
        path: Lock file; its folder is created if missing.
        owner: What else may hold it, such as "the synth under way".
        timeout: Deadline of the wait in seconds.
        phase: Called with the name of the wait, if there is one; entered for its duration.

    Raises:
        ProcessError: The deadline passed, or the wait was cancelled.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    lock, cancel = filelock.FileLock(path), cancel or threading.Event()

    def acquired(seconds: float) -> bool:
        with suppress(filelock.Timeout):
            lock.acquire(seconds, poll_interval=_POLL_SECONDS, cancel_check=cancel.is_set)
        if cancel.is_set():
            lock.release()
            raise ProcessError(f"the wait for {owner} was cancelled")
        return lock.is_locked

    unnamed_seconds = min(timeout, _UNNAMED_SECONDS)
    if not acquired(unnamed_seconds):
        with phase(f"wait for {owner}"):
            if not acquired(timeout - unnamed_seconds):
                raise ProcessError(
                    f"{owner} held {path} for {timeout:g} s",
                    remedy="wait for the other run; its lock ends with its process",
                )
    try:
        yield
    finally:
        lock.release()


def is_locked(path: Path) -> bool:
    """Whether a process holds an exclusive ``flock`` on a file; False without the file."""
    try:
        with path.open() as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except FileNotFoundError:
        pass
    return False
