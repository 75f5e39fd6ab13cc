"""Runs a program that ends in order when its caller dies: ``python -I -S process_guard.py ...``.

Whoever is killed cannot stop what he has started. Terraform would die of SIGPIPE at its next
line of output, in the middle of its calls, and leave its provider running for ever.

Standard input is the lifeline: a pipe into which nobody writes and which ends with the caller.
Then the program gets the one SIGINT that the caller would have sent, somebody who reads what it
prints, and a number of seconds to finish; after that its whole process group is killed.

It runs as a file on its own, with no package around it: importing one would cost each command a
tenth of a second. Arguments: those seconds, then the program and its arguments.
"""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Sequence
from contextlib import suppress
from types import FrameType

_LIFELINE = 0
_OUTPUTS = (1, 2)
_CHUNK = 64 * 1024
_NOT_STARTED = 126


def main(arguments: Sequence[str]) -> int:
    """Run a program; return its exit status, or die of the signal that it died of."""
    grace, *command = arguments
    interrupted, orphaned = threading.Event(), threading.Event()

    def note(_number: int, _frame: FrameType | None) -> None:
        # It went to the whole group: the program has it as well, and decides.
        interrupted.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, note)
    try:
        program = subprocess.Popen(command, stdin=subprocess.DEVNULL)
    except OSError as error:
        print(f"cannot start {command[0]}: {error.strerror}", file=sys.stderr)
        return _NOT_STARTED

    def guard() -> None:
        _await_orphanhood()
        orphaned.set()
        if not interrupted.is_set():
            os.killpg(0, signal.SIGINT)
        with suppress(subprocess.TimeoutExpired):
            program.wait(float(grace))
        os.killpg(0, signal.SIGKILL)

    threading.Thread(target=guard, daemon=True).start()
    if interrupted.is_set():  # before there was a program to get it, perhaps
        program.send_signal(signal.SIGINT)
    status = program.wait()
    if orphaned.is_set():
        os.killpg(0, signal.SIGKILL)
    return status if status >= 0 else _die_of(-status)


def _await_orphanhood() -> None:
    """Return when the lifeline has ended; what the program prints is read from then on."""
    readers = [reader for output in _OUTPUTS if (reader := _reader_of(output)) is not None]
    with suppress(OSError):
        os.read(_LIFELINE, 1)
    for reader in readers:
        threading.Thread(target=_drain, args=(reader,), daemon=True).start()


def _reader_of(output: int) -> int | None:
    """Open the other end of the pipe that an output goes into; None if the system cannot.

    While it is open no write fails: https://man7.org/linux/man-pages/man7/pipe.7.html. On macOS
    the program dies of SIGPIPE when it prints something, which is better than living on.
    """
    try:
        return os.open(f"/proc/self/fd/{output}", os.O_RDONLY)
    except OSError:
        return None


def _drain(reader: int) -> None:
    with suppress(OSError):
        while os.read(reader, _CHUNK):
            pass


def _die_of(number: int) -> int:
    with suppress(OSError):  # SIGKILL has no other handler
        signal.signal(number, signal.SIG_DFL)
    os.kill(os.getpid(), number)
    return 128 + number


if __name__ == "__main__":
    # At once: the thread that waits for the lifeline never ends in the ordinary case.
    os._exit(main(sys.argv[1:]))
