"""Starts an embedded cloud, attaches to a running one, stops it."""

import errno
import fcntl
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psutil

from harness.core.errors import EmulatorError, WaitTimeoutError
from harness.core.folders import create_temporary_folder
from harness.core.interrupts import deferred_interrupts
from harness.core.process import stop_group
from harness.core.process_end import all_end
from harness.core.wait import wait_until
from harness.emulator.cloud_info import KEPT_FILE, LOG_FILE, CloudInfo, log_tail
from harness.emulator.configuration import SupervisorConfig
from harness.emulator.dead_clouds import (
    CLOUD_PREFIX,
    remove_cloud_folder,
    require_cloud_folder,
    sweep_clouds,
)
from harness.emulator.packages import INSTALL, missing_packages, package_versions

_START_SECONDS = 60.0
_STOP_SECONDS = 30.0
_CONNECT_SECONDS = 5.0
_LEAST_BYTES = 1024 * 1024
# Popen warns of a child that was never waited for: kept until the cloud is stopped.
_children: dict[int, subprocess.Popen[bytes]] = {}


@contextmanager
def embedded_cloud(**options: Any) -> Iterator[CloudInfo]:
    """Run an embedded cloud (``start_cloud``) in the context; it also ends with this process."""
    info = start_cloud(owner_pid=os.getpid(), **options)
    try:
        yield info
    finally:
        stop_cloud(info)


def start_cloud(*, owner_pid: int | None = None, **options: Any) -> CloudInfo:
    """Start an embedded cloud in its own process and folder.

    Args:
        owner_pid: PID whose exit stops the cloud; None: this process, until ``keep_cloud``.
        **options: Others of ``SupervisorConfig``.

    Raises:
        EmulatorError: It ended or was not ready in time; the message contains its log.
    """
    sweep_clouds()
    # The engine may run PostgreSQL as another user, who needs access to subfolders.
    directory = create_temporary_folder(CLOUD_PREFIX, mode=0o711)
    # Without an owner it ends with its starter until that has put it on record.
    owner, until_kept = owner_pid or os.getpid(), owner_pid is None
    config = SupervisorConfig(directory, owner_pid=owner, until_kept=until_kept, **options)
    # -P: a folder named harness in the working directory must not be imported.
    command = (sys.executable, "-P", "-m", "harness.emulator", str(directory))
    process = None
    try:
        config.write()
        (directory / LOG_FILE).touch(mode=0o600)
        with deferred_interrupts(), (directory / LOG_FILE).open("wb") as log:
            # Inherited: held as long as a process of the cloud has this log.
            fcntl.flock(log, fcntl.LOCK_EX)
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
            if missing := missing_packages(package_versions()):
                raise EmulatorError(f"the embedded cloud needs {missing}", remedy=INSTALL)
            full = shutil.disk_usage(directory).free < _LEAST_BYTES
            why = f": no space left in {directory.parent}" if full else ""
            raise EmulatorError(
                f"the embedded cloud ended with status {process.returncode} before it was "
                f"ready{why}\n{log_tail(directory)}",
                remedy="run `catalog-harness doctor` to list what is missing on this machine",
            )
        return info

    info = wait_until(
        observe,
        what="the embedded cloud to be ready",
        ready=lambda observed: observed is not None,
        timeout=_START_SECONDS,
        delay=0.05,
    )
    assert info is not None  # noqa: S101 -- guaranteed by `ready`
    return info


def attach_cloud(directory: Path) -> CloudInfo:
    """Return the running cloud of a folder.

    Raises:
        EmulatorError: There is none, or it has ended; the message contains its log.
        ForeignFolderError: The harness did not create the folder.
    """
    if directory.exists():
        require_cloud_folder(directory)
    info = CloudInfo.read(directory)
    if info is not None and info.alive and not _is_served(info):
        with suppress(WaitTimeoutError):  # its supervisor stops the rest of it, and ends
            wait_until(
                lambda: info.alive,
                what="the end of the cloud",
                ready=lambda alive: not alive,
                timeout=_STOP_SECONDS,
            )
    if info is None or not info.alive:
        raise EmulatorError(
            f"no embedded cloud runs in {directory} any more\n{log_tail(directory)}".rstrip(),
            remedy="deploy again; its state was in memory and is lost",
        )
    return info


def _is_served(info: CloudInfo) -> bool:
    """Whether the gateway of a cloud runs, or only its supervisor."""
    with socket.socket() as probe:
        probe.settimeout(_CONNECT_SECONDS)
        return probe.connect_ex(("127.0.0.1", urlsplit(info.endpoint).port)) != errno.ECONNREFUSED


def keep_cloud(info: CloudInfo) -> None:
    """Let a cloud without an owner run until it is stopped."""
    (Path(info.directory) / KEPT_FILE).touch(mode=0o600)


def stop_cloud(info: CloudInfo) -> None:
    """Stop a cloud and everything that it runs; no error if it has already ended.

    Raises:
        EmulatorError: It ignored SIGTERM and was killed.
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
    """Send SIGTERM; False if the process had to be killed."""
    try:
        process = psutil.Process(pid)
        process.terminate()
    except psutil.NoSuchProcess:
        return True
    if all_end([process], timeout=_STOP_SECONDS):
        return True
    with suppress(psutil.NoSuchProcess):
        process.kill()
    all_end([process], timeout=_STOP_SECONDS)
    return False
