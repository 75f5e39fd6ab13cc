"""The embedded cloud as its user sees it: start it, find it again, stop it."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

from harness.core.errors import EmulatorError
from harness.core.interrupts import deferred_interrupts
from harness.core.process import stop_group
from harness.core.wait import wait_until
from harness.emulator.cloud_info import LOG_FILE, CloudInfo, log_tail
from harness.emulator.dead_clouds import (
    CLOUD_PREFIX,
    START_SECONDS,
    remove_cloud_folder,
    sweep_clouds,
)

_STOP_SECONDS = 30.0
# Popen complains about a child that nobody waited for: kept until the cloud is stopped.
_children: dict[int, subprocess.Popen[bytes]] = {}


@contextmanager
def embedded_cloud(*, region: str, docker_host: str | None = None) -> Iterator[CloudInfo]:
    """Run an embedded cloud for the time of the context; it also ends with this process."""
    info = start_cloud(region=region, docker_host=docker_host, owner_pid=os.getpid())
    try:
        yield info
    finally:
        stop_cloud(info)


def start_cloud(
    *,
    region: str,
    docker_host: str | None = None,
    owner_pid: int | None = None,
    port: int = 0,
) -> CloudInfo:
    """Start an embedded cloud in a process and a folder of its own.

    Args:
        region: AWS region to play.
        docker_host: A Docker or Podman engine to use in place of the built-in one.
        owner_pid: The cloud ends when this process does; None: it runs until stopped.
        port: Port of the AWS API on 127.0.0.1; 0 takes a free one.

    Raises:
        EmulatorError: It ended, or was not ready in time; the message carries its log.
    """
    sweep_clouds()
    directory = Path(tempfile.mkdtemp(prefix=CLOUD_PREFIX))
    # The engine may run PostgreSQL as another user, who must be able to pass through.
    directory.chmod(0o711)
    # -P: a folder named harness in the working directory is not this one.
    command = [sys.executable, "-P", "-m", "harness.emulator", "--directory", str(directory)]
    command += ["--region", region, "--port", str(port)]
    command += ["--docker-host", docker_host] if docker_host else []
    command += ["--owner-pid", str(owner_pid)] if owner_pid else []
    process = None
    try:
        with deferred_interrupts(), (directory / LOG_FILE).open("wb") as log:
            process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
            )
        info = _await_ready(process, directory)
    except BaseException:
        with deferred_interrupts(drop=True):
            if process is not None:
                stop_group(process, grace=_STOP_SECONDS)
            remove_cloud_folder(directory)
        raise
    _children[process.pid] = process
    return info


def _await_ready(process: subprocess.Popen[bytes], directory: Path) -> CloudInfo:
    def observe() -> CloudInfo | None:
        info = CloudInfo.read(directory)
        if info is None and process.poll() is not None:
            raise EmulatorError(
                f"the embedded cloud ended with status {process.returncode} before it was ready\n"
                f"{log_tail(directory)}",
                remedy="run `catalog-harness doctor` to see what this machine lacks",
            )
        return info

    info = wait_until(
        observe,
        what="the embedded cloud to be ready",
        ready=lambda seen: seen is not None,
        timeout=START_SECONDS,
        delay=0.05,
    )
    assert info is not None  # noqa: S101 -- what `ready` has just established
    return info


def attach_cloud(directory: Path) -> CloudInfo:
    """Find a running cloud again by its folder.

    Raises:
        EmulatorError: There is none, or it has ended; the message carries its log.
    """
    info = CloudInfo.read(directory)
    if info is None or not info.alive:
        raise EmulatorError(
            f"no embedded cloud runs in {directory} any more\n{log_tail(directory)}".rstrip(),
            remedy="deploy again; what it held in memory is gone with it",
        )
    return info


def stop_cloud(info: CloudInfo) -> None:
    """Stop a cloud and everything that it runs; no error if it has ended by itself.

    Raises:
        EmulatorError: It was still running after SIGTERM and had to be killed.
    """
    killed = info.alive and not _terminate(info.pid)
    if (child := _children.pop(info.pid, None)) is not None:
        child.wait()
    remove_cloud_folder(Path(info.directory))
    if killed:
        raise EmulatorError(
            f"the embedded cloud (process {info.pid}) ignored SIGTERM for {_STOP_SECONDS:g} s "
            "and was killed"
        )


def _terminate(pid: int) -> bool:
    """End a process; False if it had to be killed."""
    try:
        process = psutil.Process(pid)
        process.terminate()
    except psutil.NoSuchProcess:
        return True
    _, alive = psutil.wait_procs([process], timeout=_STOP_SECONDS)
    for survivor in alive:
        survivor.kill()
        survivor.wait()
    return not alive
