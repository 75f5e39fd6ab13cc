"""Runs a program that ends in order when its caller dies: ``python -I -S process_guard.py ...``.

A process that is killed cannot stop its children. Terraform would die of SIGPIPE at its next
line of output, in the middle of its calls, and leave its provider running forever.

Standard input is a pipe that the caller holds open without writing to it: its end is the end of
the caller. Then the guard drains the program's output, sends it the one SIGINT that the caller
would have sent, and kills the whole process group after a number of seconds.

Signals go to the program alone: a provider that Terraform is just starting would die of SIGINT,
and Terraform would wait a minute for it.

It runs as a script outside of any package: importing one would cost each command a tenth of a
second. Arguments: those seconds, then the program and its arguments.
"""

import os
import select
import signal
import subprocess
import sys
import threading
from collections.abc import Sequence
from contextlib import suppress
from types import FrameType

_CALLER_PIPE = 0
_OUTPUTS = (1, 2)
_CHUNK = 64 * 1024
_NOT_STARTED = 126


class Guard:
    """Forwards signals to the program, and stops it when the caller dies.

    Args:
        grace: Seconds from then until the program is killed.
    """

    def __init__(self, grace: float) -> None:
        self._grace = grace
        self._program: subprocess.Popen[bytes] | None = None
        self._received: list[int] = []

    def forward(self, number: int, _frame: FrameType | None = None) -> None:
        """Send a signal to the program, now or as soon as it has been started."""
        self._received.append(number)
        if self._program is not None:
            self._program.send_signal(number)

    def run(self, command: Sequence[str]) -> int:
        """Run the program; return its exit status, negative for a signal.

        Raises:
            OSError: It cannot be started.
        """
        self._program = program = subprocess.Popen(command, stdin=subprocess.DEVNULL)
        if self._received:  # perhaps before the program was started
            program.send_signal(self._received[0])
        threading.Thread(target=self._watch, args=(program,), daemon=True).start()
        status = program.wait()
        caller_has_ended = select.select([_CALLER_PIPE], [], [], 0)[0]
        if status == -signal.SIGKILL or caller_has_ended:  # then it may have left its plugins
            _kill_group()
        return status

    def _watch(self, program: subprocess.Popen[bytes]) -> None:
        _await_end_of_caller()
        if not self._received:
            program.send_signal(signal.SIGINT)
        with suppress(subprocess.TimeoutExpired):
            program.wait(self._grace)
        _kill_group()


def _await_end_of_caller() -> None:
    """Return when the caller has ended; the program's output is drained from then on."""
    readers = [reader for output in _OUTPUTS if (reader := _reader_of(output)) is not None]
    with suppress(OSError):
        os.read(_CALLER_PIPE, 1)
    for reader in readers:
        threading.Thread(target=_drain, args=(reader,), daemon=True).start()


def _reader_of(output: int) -> int | None:
    """Open the other end of the pipe that an output goes into; None if the system cannot.

    While it is open no write fails: https://man7.org/linux/man-pages/man7/pipe.7.html. On macOS
    the program dies of SIGPIPE at its next output, which is better than running forever.
    """
    try:
        return os.open(f"/proc/self/fd/{output}", os.O_RDONLY)
    except OSError:
        return None


def _drain(reader: int) -> None:
    with suppress(OSError):
        while os.read(reader, _CHUNK):
            pass


def _kill_group() -> None:
    os.killpg(0, signal.SIGKILL)


def main(arguments: Sequence[str]) -> int:
    """Guard a program; return its exit status, or die of the signal that it died of."""
    grace, *command = arguments
    guard = Guard(float(grace))
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, guard.forward)
    try:
        status = guard.run(command)
    except OSError as error:
        print(f"cannot start {command[0]}: {error.strerror}", file=sys.stderr)
        return _NOT_STARTED
    return status if status >= 0 else _die_of(-status)


def _die_of(number: int) -> int:
    with suppress(OSError):  # SIGKILL has no other handler
        signal.signal(number, signal.SIG_DFL)
    os.kill(os.getpid(), number)
    return 128 + number


if __name__ == "__main__":
    # Without joining threads: the one that waits for the caller does not end before it.
    os._exit(main(sys.argv[1:]))
