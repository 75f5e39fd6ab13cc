"""The environment of a gateway process, with every relevant setting of MiniStack.

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
# Idle timeout of targets in MiniStack: longer than that of the gateway's load balancer (60 s),
# whose 504 must come first.
_TARGET_IDLE_SECONDS = 3600
# Timeout of requests to the container engine. The first start of a database includes initdb;
# MiniStack's default of 10 s is too short on a busy machine, the instance becomes "failed".
_ENGINE_SECONDS = 120
_INHERITED = ("PATH", "HOME", "LANG", "LC_ALL", "VIRTUAL_ENV")
_INHERITED_PREFIXES = ("COVERAGE_", "COV_CORE_", "PYTHON")


@dataclass(frozen=True)
class TimeScale:
    """Scales the waiting times of AWS (intervals, delays, cooldowns) for the emulator.

    Attributes:
        factor: Seconds in the emulator for one second on AWS.
        shortest: The shortest wait in seconds, to avoid busy loops.
    """

    factor: float
    shortest: float = 0.2

    def seconds(self, aws_seconds: float) -> float:
        """Return the seconds to wait instead of ``aws_seconds``."""
        return max(self.shortest, aws_seconds * self.factor)


@dataclass(frozen=True)
class GatewaySettings:
    """Settings of the gateway, read from its environment.

    Attributes:
        port: Port on 127.0.0.1.
        region: Region of unsigned requests.
        directory: Private folder for all files.
        keep_state: Whether state is restored from it at start and saved to it on exit.
        time_scale: Seconds for one second of the waiting times of AWS (health check
            interval, deregistration delay, scaling cooldown); 1.0 is the speed of AWS.
        parent: PID of the parent, whose exit stops the gateway; None: runs until stopped.
    """

    port: int
    region: str
    directory: Path
    keep_state: bool
    time_scale: float
    parent: int | None

    @classmethod
    def read(cls, environment: Mapping[str, str]) -> "GatewaySettings":
        """Read the variables of ``gateway_environment``.

        Raises:
            EmulatorError: A variable is missing or not a number.
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
                f"the environment of the gateway is invalid: {error!r}",
                remedy="start it with the environment of gateway_environment()",
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
    """Return the complete environment of a gateway process started by this process.

    AWS and MiniStack settings of the user are not inherited.

    Args:
        port: Free port on 127.0.0.1 for the AWS API.
        region: AWS region to emulate.
        docker_host: Container engine, in the format of ``DOCKER_HOST``.
        directory: Private folder of this gateway; created by it, removed by the caller. Holds
            temporary files and keys that MiniStack would otherwise write to well-known paths
            in the temporary folder of the system.
        keep_state: Restore state from the directory at start, save it on SIGTERM.
        container_name: Name under which the engine lists the emulator as a container of its
            network: databases then keep endpoints in the format of AWS.
        time_scale: Seconds for one second of the waiting times of AWS.
        log_level: Level of the log of MiniStack on standard error.
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
        # Listeners that MiniStack would open on all interfaces.
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
