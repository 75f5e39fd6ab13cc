"""The embedded target: an AWS emulator with a real data plane, made of Python packages."""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar, Self

import boto3
import requests

from harness.aws.capability import Capability
from harness.aws.emulator_session import EmulatorSession
from harness.core.errors import TargetError, UsageError
from harness.emulator.cloud import attach_cloud, keep_cloud, start_cloud, stop_cloud
from harness.emulator.cloud_info import CA_FILE, ENGINE_FOLDER, LOG_FILE, CloudInfo
from harness.emulator.container_engine.process_image import process_images
from harness.emulator.dead_clouds import remove_cloud_folder, sweep_clouds
from harness.settings.settings import HarnessSettings
from harness.targets.base import DatabaseRoute, Target
from harness.targets.container_engine_api import container_address, image_problem
from harness.targets.emulator_settings import ISOLATION, NO_QUOTAS
from harness.targets.gateway_http import gateway_session

_DEFAULT_DOCKER_HOST = "unix:///var/run/docker.sock"
_FORCED_TLS = "MiniStack does not pass rds.force_ssl of a parameter group on to its servers"


class EmbeddedTarget(Target):
    """A MiniStack on loopback, with containers as processes.

    Args:
        owner_pid: PID whose exit stops the cloud; None: runs until stopped.
        attachment: The return value of ``start``, to attach to a started cloud.
        **options: Others of ``start_cloud``.
    """

    name = "embedded"
    is_per_run: ClassVar[bool] = True
    is_predictable: ClassVar[bool] = True

    def __init__(
        self,
        *,
        region: str,
        owner_pid: int | None = None,
        attachment: Mapping[str, str] | None = None,
        **options: Any,
    ) -> None:
        self.region = region
        self._owner_pid = owner_pid
        self._options = options
        self._cloud = attach_cloud(Path(attachment["cloud"])) if attachment else None

    @classmethod
    def create(cls, settings: HarnessSettings, *, owner_pid: int | None) -> Self:
        """Return the target of a new run."""
        return cls(owner_pid=owner_pid, **cloud_options(settings))

    @classmethod
    def attach(cls, region: str, attachment: Mapping[str, str]) -> Self:
        """Return the target of a run on record."""
        return cls(region=region, attachment=attachment)

    @classmethod
    def remove_ended(cls, attachment: Mapping[str, str]) -> None:
        """Remove the folder of a cloud that has ended; without one on record, those of all."""
        if attachment:
            remove_cloud_folder(Path(attachment["cloud"]))
        else:
            sweep_clouds()

    @classmethod
    def log_files(cls, attachment: Mapping[str, str]) -> Sequence[Path]:
        """Return the log of the cloud and those of its containers."""
        folder = Path(attachment["cloud"])
        return (folder / LOG_FILE, *sorted((folder / ENGINE_FOLDER).glob("*.log")))

    @property
    def cloud(self) -> CloudInfo:
        """The running cloud.

        Raises:
            TargetError: ``start`` was not called.
        """
        if self._cloud is None:
            raise TargetError("the embedded cloud has not been started")
        return self._cloud

    def start(self) -> Mapping[str, str]:
        """Start the cloud unless attached to one; takes about a second."""
        if self._cloud is None:
            self._cloud = start_cloud(
                region=self.region, owner_pid=self._owner_pid, **self._options
            )
        return {"cloud": self._cloud.directory}

    def recorded(self) -> None:
        """Let a cloud without an owner outlive this process."""
        if self._owner_pid is None:
            keep_cloud(self.cloud)

    def stop(self) -> None:
        """Stop the cloud and everything in it."""
        if self._cloud is not None:
            stop_cloud(self._cloud)
            self._cloud = None

    def facts(self) -> Mapping[str, str]:
        """Return endpoint, container engine and database server."""
        cloud = self.cloud
        delays = {"delays": "those of AWS"} if self._options.get("aws_delays") else {}
        return {
            **delays,
            "endpoint": cloud.endpoint,
            "containers": "built-in engine (processes)"
            if cloud.has_built_in_engine
            else cloud.docker_host,
            "database server": cloud.database or "downloaded with the first database",
        }

    def session(self) -> boto3.Session:
        """Return a session whose clients use the cloud."""
        return EmulatorSession(
            endpoint=self.cloud.endpoint,
            region=self.region,
            access_key=self.cloud.access_key,
            secret_key=self.cloud.secret_key,
        )

    def http(self) -> requests.Session:
        """Return an HTTP session for the load balancers and distributions of the cloud."""
        return gateway_session(self.cloud.endpoint)

    def missing(self) -> Mapping[Capability, str]:
        """Return the missing capabilities of the cloud."""
        lacking = {
            Capability.DATABASE_FORCED_TLS: _FORCED_TLS,
            Capability.SERVICE_QUOTAS: NO_QUOTAS,
        }
        if self._cloud is not None and not self._cloud.database_tls:
            lacking[Capability.DATABASE_TLS] = f"{self._cloud.database} was built without TLS"
        return lacking

    def environment(self) -> Mapping[str, str]:
        """Return the variables of the cloud, and those that disable the AWS files of the user."""
        return {**self.cloud.environment(), **ISOLATION}

    def database_route(self, host: str, port: int) -> DatabaseRoute | None:
        """Return address and certificate authority of a database of the cloud.

        Raises:
            TargetError: Its server does not run.
        """
        cloud = self.cloud
        address = container_address(cloud.docker_host, host)
        if address is None:
            raise TargetError(
                f"the database server of {host} does not run",
                remedy=f"its log is in {Path(cloud.directory) / ENGINE_FOLDER}",
            )
        ca_file = Path(cloud.directory) / CA_FILE if cloud.database_tls else None
        return DatabaseRoute(address, port, ca_file)

    def image_problem(self, reference: str, architecture: str) -> str:  # noqa: ARG002
        """Return why the container engine cannot pull an image."""
        return image_problem(self.cloud.docker_host, reference)


def cloud_options(settings: HarnessSettings) -> dict[str, Any]:
    """Return the options of ``start_cloud`` for the settings.

    Raises:
        UsageError: The container engine is invalid, or its socket does not exist.
    """
    return {
        "region": settings.region,
        "docker_host": docker_host_of(settings.container_engine),
        "allow_code": settings.allow_code,
        "aws_delays": settings.aws_delays,
        "process_images": process_images(settings.process_image or (), Path.cwd()),
    }


def docker_host_of(engine: str) -> str | None:
    """Return the address of the container engine of a setting; None: the built-in one."""
    if engine == "built-in":
        return None
    address = os.environ.get("DOCKER_HOST", _DEFAULT_DOCKER_HOST) if engine == "docker" else engine
    path = address.removeprefix("unix://")
    if path == address:
        raise UsageError(
            f"invalid container engine {address!r}",
            remedy="use built-in, docker, or the address of a socket such as unix:///run/podman.sock",
        )
    if not Path(path).is_socket():
        raise UsageError(
            f"container engine {address!r}: the socket does not exist",
            remedy="start Docker or Podman, or use the built-in engine, which requires neither",
        )
    return address
