"""A fake cloud: a process in place of the supervisor, and its info file."""

import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from harness.core.folders import create_folder
from harness.emulator.cloud_info import CloudInfo
from tests.unit.harness.emulator.sample_cloud_info import sample_cloud_info

_WAITS = "import sys; print('up', flush=True); sys.stdin.read()"
_STUBBORN = (
    "import signal, sys; signal.signal(signal.SIGTERM, signal.SIG_IGN); "
    "print('up', flush=True); sys.stdin.read()"
)


@contextmanager
def fake_cloud(
    directory: Path, *, stubborn: bool = False, **changes: object
) -> Iterator[CloudInfo]:
    """A cloud without services; its process runs, its port is open, its info file is written."""
    create_folder(directory)
    gateway = socket.create_server(("127.0.0.1", 0))
    changes.setdefault("endpoint", f"http://127.0.0.1:{gateway.getsockname()[1]}")
    process = subprocess.Popen(
        [sys.executable, "-S", "-c", _STUBBORN if stubborn else _WAITS, str(directory)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        # Just after its start, a process may not have its command line yet.
        process.stdout.readline()
        info = sample_cloud_info(directory, process.pid, **changes)
        info.write()
        yield info
    finally:
        gateway.close()
        process.stdin.close()
        process.wait()
        process.stdout.close()


def ended_cloud(directory: Path) -> CloudInfo:
    """A cloud whose process has ended without cleaning up."""
    with fake_cloud(directory) as info:
        return info
