"""The embedded cloud as its user sees it: start it, find it again, stop it."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

import psutil

from harness.errors import EmulatorError
from harness.redaction import redact
from harness.wait import wait_until

__all__ = [
    "CLOUD_PREFIX",
    "CloudInfo",
    "attach_cloud",
    "embedded_cloud",
    "log_tail",
    "start_cloud",
    "stop_cloud",
    "sweep_clouds",
]

CLOUD_PREFIX = "catalog-cloud-"
INFO_FILE = "cloud.json"
LOG_FILE = "cloud.log"
CA_FILE = "rds-ca.pem"
_START_SECONDS = 60.0
_STOP_SECONDS = 30.0
_LOG_LINES = 25
# Popen complains about a child that nobody waited for: kept until the cloud is stopped.
_children: dict[int, subprocess.Popen[bytes]] = {}


@dataclass(frozen=True)
class CloudInfo:
    """A running embedded cloud.

    Attributes:
        directory: Its private folder: sockets, state, logs.
        endpoint: URL of the AWS API, ``http://127.0.0.1:PORT``.
        region: AWS region that it plays.
        docker_host: The container engine, as ``DOCKER_HOST`` wants it.
        pid: Process id of its supervisor.
        created: When that process started, in seconds since the epoch (psutil's figure).
        database: Which PostgreSQL it runs ("PostgreSQL 16.15 (...)"); empty if external.
    """

    directory: str
    endpoint: str
    region: str
    docker_host: str
    pid: int
    created: float
    database: str = ""

    @property
    def alive(self) -> bool:
        """Whether the very process that wrote this still runs."""
        return is_same_process(self.pid, self.created)

    def environment(self) -> dict[str, str]:
        """Return variables with which AWS tools, SDKs and Docker's client talk to it."""
        return {
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_REGION": self.region,
            "AWS_DEFAULT_REGION": self.region,
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "DOCKER_HOST": self.docker_host,
        }

    def write(self) -> None:
        """Write the info file of the cloud's folder, atomically."""
        path = Path(self.directory) / INFO_FILE
        draft = path.with_suffix(".draft")
        draft.write_text(json.dumps(asdict(self), indent=2))
        draft.replace(path)

    @classmethod
    def read(cls, directory: Path) -> "CloudInfo | None":
        """Read the info file of a cloud's folder; None while there is none."""
        try:
            return cls(**json.loads((directory / INFO_FILE).read_text()))
        except FileNotFoundError:
            return None


def is_same_process(pid: int, created: float) -> bool:
    """Whether process ``pid`` runs and is the one that started at ``created``."""
    try:
        process = psutil.Process(pid)
        same = abs(process.create_time() - created) < 1.0
        return same and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


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
    command = [sys.executable, "-m", "harness.emulator", "--directory", str(directory)]
    command += ["--region", region, "--port", str(port)]
    command += ["--docker-host", docker_host] if docker_host else []
    command += ["--owner-pid", str(owner_pid)] if owner_pid else []
    with (directory / LOG_FILE).open("wb") as log:
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
        )
    _children[process.pid] = process
    try:
        return _await_ready(process, directory)
    except BaseException:
        process.terminate()
        process.wait(_STOP_SECONDS)
        shutil.rmtree(directory, ignore_errors=True)
        raise


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
        timeout=_START_SECONDS,
        delay=0.05,
    )
    assert info is not None  # noqa: S101 -- what `ready` has just established
    return info


def attach_cloud(directory: Path) -> CloudInfo:
    """Find a running cloud again by its folder.

    Raises:
        EmulatorError: There is none, or it has ended.
    """
    info = CloudInfo.read(directory)
    if info is None or not info.alive:
        raise EmulatorError(
            f"no embedded cloud runs in {directory} any more",
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
    _remove(Path(info.directory))
    if killed:
        raise EmulatorError(
            f"the embedded cloud (process {info.pid}) ignored SIGTERM for {_STOP_SECONDS:g} s "
            "and was killed"
        )


def _terminate(pid: int) -> bool:
    process = psutil.Process(pid)
    process.terminate()
    gone, alive = psutil.wait_procs([process], timeout=_STOP_SECONDS)
    for survivor in alive:
        survivor.kill()
    return bool(gone)


def sweep_clouds() -> tuple[Path, ...]:
    """Remove the folders, and end the processes, of clouds whose supervisor has died."""
    swept = []
    for directory in Path(tempfile.gettempdir()).glob(f"{CLOUD_PREFIX}*"):
        info = CloudInfo.read(directory) if os.access(directory, os.W_OK) else None
        if info is not None and not info.alive:
            _remove(directory)
            swept.append(directory)
    return tuple(swept)


def _remove(directory: Path) -> None:
    shutil.rmtree(directory, ignore_errors=True)


def log_tail(directory: str | Path) -> str:
    """Return the last lines of a cloud's log, redacted."""
    lines = (Path(directory) / LOG_FILE).read_text(errors="replace").splitlines()
    return redact("\n".join(lines[-_LOG_LINES:]))
