"""Starts a program with a faster monotonic clock: ``python -I -S launcher.py ...``.

Arguments: the factor, a file for the reason if the clock cannot be changed, the program, and the
program's arguments. This process becomes the program, with the same process ID, streams and
environment. Without the permission or the means to change the clock, the program runs at normal
speed.

A Go program reads CLOCK_MONOTONIC in the vDSO, a shared object that the kernel maps into every
process (https://man7.org/linux/man-pages/man7/vdso.7.html). A tracer, forked here, attaches to
this process, waits for the ``exec`` of the program, replaces ``__vdso_clock_gettime`` in the
memory of the program by a function that multiplies, and detaches
(https://man7.org/linux/man-pages/man2/ptrace.2.html). The kernel still waits in real time, so the
tracer then interrupts the waits every few milliseconds with SIGURG, the signal with which Go
preempts its own threads; the program reads its clock again. The tracer ends with the program.

It runs as a script outside of any package: importing one would cost each start a tenth of a
second.
"""

import ctypes
import os
import platform
import select
import signal
import struct
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress

_INTERVAL_MS = 40
_SIGNALS_IGNORED_BY_PYTHON = (signal.SIGPIPE, signal.SIGXFSZ)

_PTRACE_CONT = 7
_PTRACE_DETACH = 17
_PTRACE_SEIZE = 0x4206
_PTRACE_O_TRACEEXEC = 0x10
_EXEC_STOP = signal.SIGTRAP | 4 << 8  # PTRACE_EVENT_EXEC
_WALL = 0x40000000
_PR_SET_PTRACER = 0x59616D61
_TGKILL = 234

_PT_LOAD, _PT_DYNAMIC = 1, 2
_DT_STRTAB, _DT_SYMTAB = 5, 6
_SYMBOL = b"__vdso_clock_gettime"


class ClockError(Exception):
    """The clock of the program cannot be changed; the program runs at normal speed."""


def machine_code(factor: int, base: int) -> bytes:
    """Return a ``clock_gettime`` for x86-64 whose CLOCK_MONOTONIC runs faster.

    It makes the system call, and changes a successful result for CLOCK_MONOTONIC to
    ``base + (now - base) * factor``; every other clock is returned as it is.

    Args:
        factor: How many times as fast, at least 1.
        base: The time of CLOCK_MONOTONIC, in nanoseconds, at which both clocks agree.
    """
    multiply = bytes.fromhex("486906 00ca9a3b") + bytes.fromhex("48034608")  # rax: nanoseconds
    multiply += b"\x48\xb9" + struct.pack("<q", base)  # mov rcx, base
    multiply += bytes.fromhex("4829c8")  # sub rax, rcx
    multiply += b"\x48\x69\xc0" + struct.pack("<i", factor)  # imul rax, rax, factor
    multiply += bytes.fromhex("4801c8 31d2 b900ca9a3b 48f7f1")  # add rcx; divide by 1e9
    multiply += bytes.fromhex("488906 48895608 31c0")  # store seconds and nanoseconds; return 0
    other_clock = b"\x83\xff\x01\x75" + bytes([len(multiply)])  # cmp edi, 1; jne return
    failed = b"\x85\xc0\x75" + bytes([len(other_clock) + len(multiply)])  # test eax; jne return
    system_call = bytes.fromhex("b8e4000000 0f05")  # mov eax, 228; syscall
    return system_call + failed + other_clock + multiply + b"\xc3"


def patches(vdso: bytes, code: bytes) -> list[tuple[int, bytes]]:
    """Return offset and content of the changes to a vDSO, in the order of writing.

    The code goes into the padding behind the object, up to the end of its last page; the function
    gets a jump to it.

    Raises:
        ClockError: The function is missing, or there is no room.
    """
    function = _function_offset(vdso)
    room = len(vdso.rstrip(b"\0")) + 15 & ~15
    if room + len(code) > len(vdso):
        raise ClockError("the vDSO has no room for a function")
    jump = b"\xe9" + struct.pack("<i", room - (function + 5))
    return [(room, code), (function, jump)]


def _function_offset(vdso: bytes) -> int:
    """Return the offset of ``__vdso_clock_gettime``, from the dynamic symbols (ELF-64)."""
    try:
        [headers] = struct.unpack_from("<Q", vdso, 32)
        size, count = struct.unpack_from("<HH", vdso, 54)
        segments = [struct.unpack_from("<IIQQQQ", vdso, headers + size * i) for i in range(count)]
        origin = next(address for kind, _, _, address, *_ in segments if kind == _PT_LOAD)
        start, length = next((s[2], s[5]) for s in segments if s[0] == _PT_DYNAMIC)
        dynamic = dict(struct.iter_unpack("<QQ", vdso[start : start + length]))
        strings, symbols = dynamic[_DT_STRTAB] - origin, dynamic[_DT_SYMTAB] - origin
        # The linker places the names right behind the symbols.
        for name, _, _, _, value, _ in struct.iter_unpack("<IBBHQQ", vdso[symbols:strings]):
            if vdso[strings + name :].split(b"\0", 1)[0] == _SYMBOL:
                return int(value - origin)
    except (struct.error, StopIteration, KeyError) as error:
        raise ClockError(f"the vDSO is not readable ({error!r})") from error
    raise ClockError("the vDSO has no __vdso_clock_gettime")


def main(arguments: Sequence[str]) -> None:
    """Become the program; does not return.

    Raises:
        OSError: The program cannot be started.
    """
    factor, reason_file, program, *rest = arguments
    interrupt = signal.signal(signal.SIGINT, signal.SIG_IGN)  # as the program does
    try:
        _fork_tracer(int(factor), reason_file)
    except (ClockError, OSError) as error:
        _record(error, reason_file)
    signal.signal(signal.SIGINT, interrupt)
    for number in _SIGNALS_IGNORED_BY_PYTHON:
        signal.signal(number, signal.SIG_DFL)
    os.execv(program, [program, *rest])  # noqa: S606 - a shell would not become it


def require_support(machine: str = platform.machine(), system: str = sys.platform) -> None:
    """Raise if this kind of machine is not supported.

    Raises:
        ClockError: It is not Linux on x86-64, or Linux is older than 5.3.
    """
    if system != "linux" or machine not in ("x86_64", "amd64"):
        raise ClockError(f"needs Linux on x86-64, this is {system} on {machine}")
    if not hasattr(os, "pidfd_open"):
        raise ClockError("needs a Python that was built on Linux 5.3 or newer")


def _record(error: Exception, reason_file: str) -> None:
    with suppress(OSError), open(reason_file, "w", encoding="utf-8") as file:
        file.write(str(error))


def _fork_tracer(factor: int, reason_file: str) -> None:
    """Fork the tracer of this process, and return when it has attached, or has ended."""
    require_support()
    tracer = _Tracer(os.getpid())
    allowed, attached = os.pipe(), os.pipe()
    child = os.fork()
    if child == 0:
        _run_tracer(tracer, factor, reason_file, allowed[0], attached[1])
    os.close(attached[1])
    tracer.libc.prctl(_PR_SET_PTRACER, ctypes.c_ulong(child), 0, 0, 0)  # only Yama requires it
    os.write(allowed[1], b"1")
    if not os.read(attached[0], 1):
        os.waitpid(child, 0)
    for descriptor in (*allowed, attached[0]):
        os.close(descriptor)


def _run_tracer(
    tracer: "_Tracer", factor: int, reason_file: str, allowed: int, attached: int
) -> None:
    """Change the clock of the program at its ``exec``; ends this process.

    It has a session of its own, so that no signal of a terminal ends it, and keeps no file of
    the program open.
    """
    try:
        os.setsid()
        _keep_only(allowed, attached)
        os.read(allowed, 1)
        program = os.pidfd_open(tracer.pid)
        tracer.attach()
        os.write(attached, b"1")
        os.close(attached)
        if tracer.await_exec():
            tracer.change_clock(factor)
            tracer.interrupt_waits(program)
    except (ClockError, OSError) as error:
        _record(error, reason_file)
    finally:
        os._exit(0)  # the kernel detaches from the program, which goes on


def _keep_only(*kept: int) -> None:
    null = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(null, stream)
    for descriptor in map(int, os.listdir("/proc/self/fd")):
        if descriptor > 2 and descriptor not in kept:  # noqa: PLR2004 - the standard streams
            with suppress(OSError):  # that of the listing itself
                os.close(descriptor)


class _Tracer:
    """The system calls that change the clock of one process."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self.libc = ctypes.CDLL(None, use_errno=True)

    def attach(self) -> None:
        if self._ptrace(_PTRACE_SEIZE, _PTRACE_O_TRACEEXEC) != 0:
            raise ClockError(f"ptrace is not permitted ({os.strerror(ctypes.get_errno())})")

    def await_exec(self) -> bool:
        """Return at the next ``exec``; False when the process has ended instead."""
        while True:
            _, status = os.waitpid(self.pid, _WALL)
            if not os.WIFSTOPPED(status):
                return False
            if status >> 8 == _EXEC_STOP:
                return True
            self._ptrace(_PTRACE_CONT, os.WSTOPSIG(status))  # deliver the signal

    def change_clock(self, factor: int) -> None:
        """Write the new function into the stopped process, and let it go on."""
        with open(f"/proc/{self.pid}/mem", "r+b", buffering=0) as memory:
            address, size = _vdso_of(self.pid)
            memory.seek(address)
            code = machine_code(factor, time.clock_gettime_ns(time.CLOCK_MONOTONIC))
            for offset, content in patches(memory.read(size), code):
                memory.seek(address + offset)
                memory.write(content)
        self._ptrace(_PTRACE_DETACH, 0)

    def interrupt_waits(self, program: int) -> None:
        """Make the threads read their clock every few milliseconds, until the process ends."""
        poll = select.poll()
        poll.register(program, select.POLLIN)
        while not poll.poll(_INTERVAL_MS):
            for thread in os.listdir(f"/proc/{self.pid}/task"):
                self.libc.syscall(_TGKILL, self.pid, int(thread), int(signal.SIGURG))

    def _ptrace(self, request: int, data: int) -> int:
        function: Callable[..., int] = self.libc.ptrace
        return function(ctypes.c_long(request), self.pid, ctypes.c_void_p(0), ctypes.c_void_p(data))


def _vdso_of(pid: int) -> tuple[int, int]:
    """Return address and size in bytes of the vDSO of a process."""
    with open(f"/proc/{pid}/maps", encoding="utf-8") as file:
        for line in file:
            if line.rstrip().endswith("[vdso]"):
                start, end = (int(number, 16) for number in line.split()[0].split("-"))
                return start, end - start
    raise ClockError("the program has no vDSO")


if __name__ == "__main__":
    main(sys.argv[1:])
