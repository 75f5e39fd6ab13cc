"""A process that stands in for the supervisor of a cloud."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from harness.emulator.cloud_info import CloudInfo
from tests.unit.harness.emulator.sample_cloud_info import sample_cloud_info

_WAITS = "import sys; print('up', flush=True); sys.stdin.read()"
_STUBBORN = (
    "import signal, sys; signal.signal(signal.SIGTERM, signal.SIG_IGN); "
    "print('deaf', flush=True); sys.stdin.read()"
)


@contextmanager
def fake_cloud(
    directory: Path, *, stubborn: bool = False, **changes: object
) -> Iterator[CloudInfo]:
    """A cloud that does nothing, but whose process is real; its info file is written."""
    directory.mkdir(parents=True, exist_ok=True)
    process = subprocess.Popen(
        [sys.executable, "-S", "-c", _STUBBORN if stubborn else _WAITS, str(directory)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        # Just after its start a process may have no command line yet, by which it is known.
        process.stdout.readline()
        info = sample_cloud_info(directory, process.pid, **changes)
        info.write()
        yield info
    finally:
        process.stdin.close()
        process.wait()
        process.stdout.close()


def ended_cloud(directory: Path) -> CloudInfo:
    """A cloud whose process has died without cleaning up."""
    with fake_cloud(directory) as info:
        return info
