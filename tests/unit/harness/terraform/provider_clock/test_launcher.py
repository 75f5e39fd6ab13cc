"""What is written into a program: a function for x86-64 in the vDSO, both of this process."""

import ctypes
import mmap
import re
import struct
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from harness.terraform.provider_clock import launcher
from harness.terraform.provider_clock.launcher import (
    ClockError,
    machine_code,
    patches,
    require_support,
)

try:
    require_support()
except ClockError as error:
    pytest.skip(str(error), allow_module_level=True)

CODE = machine_code(20, 0)


class Timespec(ctypes.Structure):
    _fields_ = (("seconds", ctypes.c_long), ("nanoseconds", ctypes.c_long))


@pytest.fixture
def clock_gettime() -> Callable[[int, int, int], tuple[int, int]]:
    """Run the machine code: factor, base and clock -> status and nanoseconds."""

    def call(factor: int, base: int, clock: int) -> tuple[int, int]:
        code = machine_code(factor, base)
        protection = mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC
        with mmap.mmap(-1, mmap.PAGESIZE, prot=protection) as memory:
            memory.write(code)
            view = ctypes.c_char.from_buffer(memory)
            kind = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_int, ctypes.POINTER(Timespec))
            result = Timespec(-1, -1)
            status = kind(ctypes.addressof(view))(clock, ctypes.byref(result))
            del view
        return status, result.seconds * 1_000_000_000 + result.nanoseconds

    return call


@pytest.mark.parametrize("factor", [1, 2, 20, 100])
def test_the_monotonic_clock_runs_faster_from_its_base(
    clock_gettime: Callable[[int, int, int], tuple[int, int]], factor: int
) -> None:
    base = time.monotonic_ns() - 3_600_000_000_000  # an hour

    before = time.monotonic_ns()
    status, result = clock_gettime(factor, base, time.CLOCK_MONOTONIC)
    after = time.monotonic_ns()

    assert status == 0
    assert base + (before - base) * factor <= result <= base + (after - base) * factor


@pytest.mark.parametrize(
    "clock", [time.CLOCK_REALTIME, time.CLOCK_MONOTONIC_RAW, time.CLOCK_BOOTTIME]
)
def test_every_other_clock_is_unchanged(
    clock_gettime: Callable[[int, int, int], tuple[int, int]], clock: int
) -> None:
    before = time.clock_gettime_ns(clock)
    status, result = clock_gettime(20, 0, clock)

    assert status == 0
    assert before <= result <= time.clock_gettime_ns(clock)


def test_an_error_of_the_kernel_is_passed_on(
    clock_gettime: Callable[[int, int, int], tuple[int, int]],
) -> None:
    status, result = clock_gettime(20, 0, 12345)

    assert status < 0
    assert result == -1_000_000_001  # untouched


def vdso() -> bytes:
    found = re.search(
        r"^(\w+)-(\w+) .*\[vdso\]$", Path("/proc/self/maps").read_text(), re.MULTILINE
    )
    assert found
    start, end = int(found[1], 16), int(found[2], 16)
    with Path("/proc/self/mem").open("rb", buffering=0) as memory:
        memory.seek(start)
        return memory.read(end - start)


def test_the_function_jumps_to_code_in_the_padding() -> None:
    image = vdso()

    (room, code), (function, jump) = patches(image, CODE)

    assert code == CODE
    assert not image[room : room + len(code)].strip(b"\0")
    assert jump[:1] == b"\xe9"
    assert function + 5 + struct.unpack("<i", jump[1:])[0] == room


def test_a_vdso_without_padding_is_refused() -> None:
    with pytest.raises(ClockError, match="no room"):
        patches(vdso().rstrip(b"\0"), CODE)


def test_a_vdso_without_the_function_is_refused() -> None:
    other = vdso().replace(b"__vdso_clock_gettime\0", b"__vdso_other_gettime\0")

    with pytest.raises(ClockError, match="has no __vdso_clock_gettime"):
        patches(other, CODE)


@pytest.mark.parametrize("image", [b"", b"\x7fELF", b"\0" * 8192, vdso()[:100]])
def test_anything_else_is_refused(image: bytes) -> None:
    with pytest.raises(ClockError):
        patches(image, CODE)


@pytest.mark.parametrize(
    ("machine", "system"), [("aarch64", "linux"), ("arm64", "darwin"), ("x86_64", "darwin")]
)
def test_other_machines_are_not_supported(machine: str, system: str) -> None:
    with pytest.raises(ClockError, match=f"{system} on {machine}"):
        require_support(machine, system)


def test_an_old_system_is_not_supported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr("os.pidfd_open")

    with pytest.raises(ClockError, match=r"Linux 5\.3"):
        require_support()


def test_it_imports_only_the_standard_library() -> None:
    """It runs outside of any package, without site-packages."""
    source = Path(launcher.__file__).read_text(encoding="utf-8")
    imported = re.findall(r"^(?:import|from) (\w+)", source, re.MULTILINE)

    assert imported
    assert set(imported) <= set(sys.stdlib_module_names)
