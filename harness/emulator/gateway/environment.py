"""The environment that a gateway process runs in: every MiniStack setting that matters, fixed.

https://github.com/ministackorg/ministack#configuration
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from harness.core.errors import EmulatorError

READY_PATH = "/_ministack/ready"

_LOOPBACK = "127.0.0.1"
_DEFAULT_TIME_SCALE = 0.05
# Seconds that MiniStack waits for an idle target: the load balancer of the gateway decides
# first (60 s), or the caller would see MiniStack's own message in place of a 504.
_TARGET_IDLE_SECONDS = 3600
# Seconds that the container engine may take for an answer. A database's first start includes
# initdb; on a busy machine MiniStack's 10 s are too few, and the instance ends up "failed".
_ENGINE_SECONDS = 120
_INHERITED = ("PATH", "HOME", "LANG", "LC_ALL", "VIRTUAL_ENV")
_INHERITED_PREFIXES = ("COVERAGE_", "COV_CORE_", "PYTHON")


@dataclass(frozen=True)
class TimeScale:
    """Turns AWS's waiting times into the emulator's.

    Attributes:
        factor: Seconds here for one second on AWS.
        shortest: The shortest wait in seconds, so that nothing spins.
    """

    factor: float
    shortest: float = 0.2

    def seconds(self, aws_seconds: float) -> float:
        """Return how long to wait where AWS waits ``aws_seconds``."""
        return max(self.shortest, aws_seconds * self.factor)


@dataclass(frozen=True)
class GatewaySettings:
    """What the gateway process itself reads from its environment.

    Attributes:
        port: Port on 127.0.0.1.
        region: Region of unsigned requests.
        directory: A private folder for everything that is written to disk.
        keep_state: Whether state is restored from it at start and saved to it at the end.
        time_scale: Seconds that one second of AWS's slow clocks (health check interval,
            deregistration delay, scaling cooldown) takes here; 1.0 is AWS's own speed.
        parent: Process id of the parent; when another process becomes it, this one ends.
    """

    port: int
    region: str
    directory: Path
    keep_state: bool
    time_scale: float
    parent: int | None

    @classmethod
    def read(cls, environment: Mapping[str, str]) -> "GatewaySettings":
        """Read what ``gateway_environment`` wrote.

        Raises:
            EmulatorError: A variable is missing or is no number.
        """
        try:
            parent = environment.get("GATEWAY_PARENT")
            return cls(
                port=int(environment["GATEWAY_PORT"]),
                region=environment["MINISTACK_REGION"],
                directory=Path(environment["STATE_DIR"]),
                keep_state=environment.get("PERSIST_STATE") == "1",
                time_scale=float(environment.get("GATEWAY_TIME_SCALE", _DEFAULT_TIME_SCALE)),
                parent=int(parent) if parent else None,
            )
        except (KeyError, ValueError) as error:
            raise EmulatorError(
                f"the gateway's environment is not usable: {error!r}",
                remedy="start it with the environment that gateway_environment() returns",
            ) from error


def gateway_environment(
    *,
    port: int,
    region: str,
    docker_host: str,
    directory: Path,
    keep_state: bool = False,
    container_name: str = "",
    time_scale: float = _DEFAULT_TIME_SCALE,
    log_level: str = "WARNING",
) -> dict[str, str]:
    """Return the whole environment of a gateway process started by this process.

    The user's own AWS and MiniStack settings are left out on purpose.

    Args:
        port: Free port on 127.0.0.1 for the AWS API.
        region: AWS region to play.
        docker_host: Container engine, as ``DOCKER_HOST`` wants it.
        directory: A folder for this gateway alone; it is created, and is the caller's to remove.
            MiniStack writes temporary files and keys there that it would else write to places
            in the system's temporary folder which everybody knows.
        keep_state: Restore state from the directory at start, save it there on SIGTERM.
        container_name: Name under which the engine describes the emulator as a container of
            its network: databases then keep their AWS-shaped endpoints.
        time_scale: Seconds that one second of AWS's slow clocks takes; see ``GatewaySettings``.
        log_level: Level of MiniStack's log, which goes to standard error.
    """
    return {
        **_inherited(),
        "AWS_DEFAULT_REGION": region,
        "AUTH": "false",
        "BIND_HOST": _LOOPBACK,
        "DOCKER_HOST": docker_host,
        "GATEWAY_PARENT": str(os.getpid()),
        "GATEWAY_PORT": str(port),
        "GATEWAY_TIME_SCALE": str(time_scale),
        "HOSTNAME": container_name,
        "LOG_LEVEL": log_level,
        "MINISTACK_DOCKER_TIMEOUT": str(_ENGINE_SECONDS),
        "MINISTACK_REGION": region,
        "ALB_TARGET_IDLE_TIMEOUT_SECONDS": str(_TARGET_IDLE_SECONDS),
        # Doors that MiniStack would open on all interfaces.
        "IOT_MTLS_ENABLED": "0",
        "SFTP_ENABLED": "0",
        "SFTP_HOST": _LOOPBACK,
        "STATE_DIR": str(directory),
        "S3_DATA_DIR": str(directory / "s3"),
        "TMPDIR": str(directory),
        **dict.fromkeys(("PERSIST_STATE", "S3_PERSIST", "RDS_PERSIST"), str(int(keep_state))),
        "ECS_RESTORE_RECONCILE_DELAY_SECONDS": "0.5",
    }


def _inherited() -> dict[str, str]:
    return {
        name: value
        for name, value in os.environ.items()
        if name in _INHERITED or name.startswith(_INHERITED_PREFIXES)
    }
