"""Determines whether the provider of this machine can run with a faster clock."""

import sys
from dataclasses import dataclass
from pathlib import Path

from harness.core import process
from harness.core.errors import ProcessError
from harness.core.folders import temporary_folder
from harness.terraform.provider_clock.installation import write_launcher
from harness.terraform.provider_clock.launcher import ClockError, require_support

_PROBE_SECONDS = 10.0
# The provider reads its clock in the same place. CLOCK_MONOTONIC_RAW is never changed.
_MEASURE = """
import time
raw = lambda: time.clock_gettime_ns(time.CLOCK_MONOTONIC_RAW)
start, real = time.monotonic_ns(), raw()
while raw() - real < 5_000_000:
    pass
print((time.monotonic_ns() - start) / (raw() - real))
"""


@dataclass(frozen=True)
class ProviderClock:
    """The monotonic clock of the AWS provider.

    Attributes:
        factor: How many times as fast it runs; 1 is normal.
        reason: Why it runs at normal speed although a factor was requested; else empty.
    """

    factor: int
    reason: str = ""

    def __str__(self) -> str:
        """Return the speed, and the reason for a normal one."""
        speed = f"x{self.factor}" if self.factor > 1 else "normal speed"
        return f"{speed}: {self.reason}" if self.reason else speed


def usable_clock(factor: int, directory: Path) -> ProviderClock:
    """Return the clock that a provider gets, by starting a program in the same way; 0.1 s.

    Args:
        directory: Folder for the launcher, on the file system of the working directory.
    """
    if factor == 1:
        return ProviderClock(1)
    try:
        require_support()
        measured = _measure(factor, directory)
    except (ClockError, OSError) as error:
        return ProviderClock(1, str(error))
    if not factor * 0.5 < measured < factor * 2:
        return ProviderClock(1, f"the clock of a started program runs x{measured:.1f}")
    return ProviderClock(factor)


def _measure(factor: int, directory: Path) -> float:
    """Return how many times as fast the clock of a program runs."""
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    with temporary_folder("provider-clock-", parent=directory) as folder:
        launcher, reason = folder / "launcher", folder / "reason"
        write_launcher(launcher, factor, Path(sys.executable), reason)
        command = [str(launcher), "-I", "-S", "-c", _MEASURE]
        try:
            measured = process.run(command, timeout=_PROBE_SECONDS).stdout
        except ProcessError as error:
            cause = error.__cause__ or "it failed"
            raise ClockError(f"no program can be started in {directory}: {cause}") from error
        if reason.exists():
            raise ClockError(reason.read_text(encoding="utf-8"))
    try:
        return float(measured)
    except ValueError:
        raise ClockError(f"a started program printed {measured!r}") from None
