"""The environment of a gateway process, with every relevant setting of MiniStack.

https://github.com/ministackorg/ministack#configuration
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from harness.core.errors import EmulatorError
from harness.emulator.configuration import SupervisorConfig
from harness.emulator.container_engine.config import EngineConfig
from harness.emulator.credentials import CloudCredentials

READY_PATH = "/_ministack/ready"
DATABASE_CA_PATH = "/_ministack/rds/ca.pem"

_LOOPBACK = "127.0.0.1"
# Idle timeout of targets in MiniStack: longer than that of the gateway's load balancer (60 s),
# whose 504 must come first.
_TARGET_IDLE_SECONDS = 3600
# Timeout of requests to the container engine. The first start of a database includes initdb;
# MiniStack's default of 10 s is too short on a busy machine, the instance becomes "failed".
_ENGINE_SECONDS = 120
# Of the Data API, for statements: the server cancels them. Then, for a connection to a server that
# accepts it and does not respond.
_STATEMENT_SECONDS = 45
_CONNECT_SECONDS = 10
_INHERITED = ("PATH", "HOME", "LANG", "LC_ALL", "VIRTUAL_ENV")
_INHERITED_PREFIXES = ("COVERAGE_", "COV_CORE_", "PYTHON", "GATEWAY_EXTENSION")


@dataclass(frozen=True)
class GatewaySettings:
    """Settings of the gateway: those of ``gateway_environment``, read from there.

    Attributes:
        parent: PID of the parent, whose exit stops the gateway; None: runs until stopped.
    """

    port: int
    directory: Path
    parent: int | None
    credentials: CloudCredentials
    allow_code: bool = False
    aws_delays: bool = False

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
                directory=Path(environment["STATE_DIR"]),
                parent=int(parent) if parent else None,
                credentials=CloudCredentials(
                    environment["AWS_ACCESS_KEY_ID"], environment["AWS_SECRET_ACCESS_KEY"]
                ),
                allow_code=environment.get("GATEWAY_ALLOW_CODE") == "1",
                aws_delays=environment.get("GATEWAY_AWS_DELAYS") == "1",
            )
        except (KeyError, ValueError) as error:
            raise EmulatorError(
                f"the environment of the gateway is invalid: {error!r}",
                remedy="start it with the environment of gateway_environment()",
            ) from error


def gateway_environment(config: SupervisorConfig, credentials: CloudCredentials) -> dict[str, str]:
    """Return the complete environment of a gateway process started by this process.

    AWS and MiniStack settings of the user are not inherited. The gateway creates a folder for
    files that MiniStack would otherwise write to well-known paths. Under ``HOSTNAME`` the built-in
    engine lists the emulator as a container of its network: databases then keep endpoints in the
    format of AWS.
    """
    directory = config.directory / "gateway"
    inherited = {
        name: value
        for name, value in os.environ.items()
        if name in _INHERITED or name.startswith(_INHERITED_PREFIXES)
    }
    return {
        **inherited,
        # Also the key of root in MiniStack, which verifies presigned URLs of S3 itself.
        "AWS_ACCESS_KEY_ID": credentials.access_key,
        "AWS_SECRET_ACCESS_KEY": credentials.secret_key,
        "AWS_DEFAULT_REGION": config.region,
        "AUTH": "false",
        "BIND_HOST": _LOOPBACK,
        "DOCKER_HOST": config.engine,
        "GATEWAY_ALLOW_CODE": str(int(config.allow_code)),
        "GATEWAY_AWS_DELAYS": str(int(config.aws_delays)),
        "GATEWAY_PARENT": str(os.getpid()),
        "GATEWAY_PORT": str(config.port),
        "HOSTNAME": "" if config.docker_host else EngineConfig.gateway_name,
        "LOG_LEVEL": "WARNING",
        "MINISTACK_DOCKER_TIMEOUT": str(_ENGINE_SECONDS),
        "MINISTACK_REGION": config.region,
        "PGCONNECT_TIMEOUT": str(_CONNECT_SECONDS),
        "PGOPTIONS": f"-c statement_timeout={_STATEMENT_SECONDS}s",
        "ALB_TARGET_IDLE_TIMEOUT_SECONDS": str(_TARGET_IDLE_SECONDS),
        # Listeners that MiniStack would open on all interfaces.
        "IOT_MTLS_ENABLED": "0",
        "SFTP_ENABLED": "0",
        "SFTP_HOST": _LOOPBACK,
        "STATE_DIR": str(directory),
        "S3_DATA_DIR": str(directory / "s3"),
        "TMPDIR": str(directory),
    }
