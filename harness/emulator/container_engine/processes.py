"""Starts and stops the processes of containers."""

import asyncio
import contextlib
import os
import shutil
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

import psutil

from harness.emulator.container_engine.image import Launch
from harness.emulator.container_engine.logs import ContainerLog

_LAUNCHER = Path(__file__).with_name("launcher.py")
_SIGNAL_BASE = 128
_DRAIN_SECONDS = 2.0


class ChildProcess:
    """A running process, whose output is copied to the log of its container."""

    def __init__(self, process: asyncio.subprocess.Process, log: ContainerLog) -> None:
        assert process.stdout is not None and process.stderr is not None  # noqa: S101, PT018
        self._process = process
        self.pid = process.pid
        self._copies = asyncio.gather(
            log.copy(process.stdout, "stdout"), log.copy(process.stderr, "stderr")
        )

    async def wait(self) -> int:
        """Wait for the exit; return the exit status of Docker (128 + signal)."""
        returncode = await self._process.wait()
        _kill_group(self.pid)
        # A descendant outside the group may keep the pipes open.
        await asyncio.wait({self._copies}, timeout=_DRAIN_SECONDS)
        self._copies.cancel()
        return returncode if returncode >= 0 else _SIGNAL_BASE - returncode

    def send(self, number: signal.Signals) -> None:
        """Send a signal; no-op if the process has ended."""
        with contextlib.suppress(ProcessLookupError):
            self._process.send_signal(number)

    def kill(self) -> None:
        """Kill the process and its descendants."""
        descendants: list[psutil.Process] = []
        with contextlib.suppress(psutil.NoSuchProcess):
            descendants = psutil.Process(self.pid).children(recursive=True)
        self.send(signal.SIGKILL)
        _kill_group(self.pid)
        for child in descendants:
            with contextlib.suppress(psutil.NoSuchProcess):
                child.kill()


async def spawn(launch: Launch, log: ContainerLog, orphan_signal: signal.Signals) -> ChildProcess:
    """Start a process that receives ``orphan_signal`` when this one ends.

    Must be called in a thread that exists as long as the engine: Linux sends the orphan signal
    when the *thread* that started the process ends.
    """
    process = await asyncio.create_subprocess_exec(
        *_launcher_command(launch, orphan_signal),
        stdin=asyncio.subprocess.PIPE if launch.stdin else asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env=dict(launch.environment),
        cwd=launch.directory,
        start_new_session=True,
    )
    if process.stdin is not None:
        process.stdin.write(launch.stdin)
        process.stdin.close()
    return ChildProcess(process, log)


def _launcher_command(launch: Launch, orphan_signal: signal.Signals) -> Sequence[str]:
    account = launch.account
    ids = (str(account.uid), str(account.gid)) if account else ("-", "-")
    start = (sys.executable, "-I", "-S", str(_LAUNCHER))
    program = shutil.which(launch.command[0], path=launch.environment.get("PATH"))
    command = (program or launch.command[0], *launch.command[1:])
    return (*start, str(os.getpid()), str(int(orphan_signal)), *ids, *command)


def _kill_group(pid: int) -> None:
    # The process is the leader of its group, which ends with it, as in a container.
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)
