"""File locks between the runs of a machine: a wait has a name, a deadline, and can be cancelled."""

import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path

import filelock

from harness.core.errors import ProcessError, WaitTimeoutError
from harness.core.wait import wait_until

Phase = Callable[[str], AbstractContextManager[None]]

_DELAY_SECONDS = 0.1
# A shorter wait has no name: the synth ahead holds the lock for as long.
_UNNAMED_SECONDS = 1.0


def unnamed(_: str) -> AbstractContextManager[None]:
    """Return a phase that is not reported."""
    return nullcontext()


@contextmanager
def file_lock(
    path: Path,
    *,
    owner: str,
    timeout: float,
    cancel: threading.Event | None = None,
    phase: Phase = unnamed,
) -> Iterator[None]:
    """Hold a lock for the time of the context; it ends with the process that holds it.

    Args:
        path: Lock file; its folder is created if missing.
        owner: What else may hold it, such as "another synth of this user".
        timeout: Deadline of the wait in seconds.
        cancel: Set by another thread to end the wait.
        phase: Called with the name of the wait, if there is one; entered for its duration.

    Raises:
        ProcessError: The deadline passed, or the wait was cancelled.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    lock, cancel = filelock.FileLock(path), cancel or threading.Event()

    def acquired() -> bool:
        if cancel.is_set():
            raise ProcessError(f"the wait for {owner} was cancelled")
        try:
            lock.acquire(blocking=False)
        except filelock.Timeout:
            return False
        return True

    unnamed_seconds = min(timeout, _UNNAMED_SECONDS)
    if not _within(unnamed_seconds, acquired, cancel):
        with phase(f"wait for {owner}"):
            if not _within(timeout - unnamed_seconds, acquired, cancel):
                raise ProcessError(
                    f"{owner} held {path} for {timeout:g} s",
                    remedy="wait for the other run; its lock ends with its process",
                )
    try:
        yield
    finally:
        lock.release()


def _within(seconds: float, acquired: Callable[[], bool], cancel: threading.Event) -> bool:
    """Whether a lock is acquired within some seconds; ``cancel`` ends each pause."""

    def pause(delay: float) -> None:
        cancel.wait(delay)

    try:
        return wait_until(
            acquired,
            what="the lock",
            ready=bool,
            timeout=seconds,
            delay=_DELAY_SECONDS,
            sleep=pause,
        )
    except WaitTimeoutError:
        return False
