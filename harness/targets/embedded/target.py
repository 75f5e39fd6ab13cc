"""The embedded target: an AWS emulator with a real data plane, from Python packages alone."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import boto3
import requests

from harness.aws.capability import Capability
from harness.aws.emulator_session import EmulatorSession
from harness.core.errors import TargetError
from harness.emulator.cloud import attach_cloud, start_cloud, stop_cloud
from harness.emulator.cloud_info import CA_FILE, CloudInfo
from harness.targets.base import DatabaseRoute
from harness.targets.embedded.container_addresses import container_address
from harness.targets.emulator_settings import (
    EMULATOR_PROVIDER,
    EMULATOR_STACK_SETTINGS,
    NO_QUOTAS,
    isolating_environment,
)
from harness.targets.gateway_http import gateway_session
from harness.terraform.drift import AllowedDrift

_FORCED_TLS = "MiniStack does not pass rds.force_ssl of a parameter group on to its servers"


class EmbeddedTarget:
    """A MiniStack of our own on loopback, with containers as processes.

    Args:
        region: AWS region to play.
        docker_host: A Docker or Podman engine in place of the built-in one.
        owner_pid: The cloud ends with this process; None keeps it until it is stopped.
        attachment: What ``start`` returned to whoever started the cloud: attaches to it.
    """

    name = "embedded"

    def __init__(
        self,
        *,
        region: str,
        docker_host: str | None = None,
        owner_pid: int | None = None,
        attachment: Mapping[str, str] | None = None,
    ) -> None:
        self.region = region
        self._docker_host = docker_host
        self._owner_pid = owner_pid
        self._cloud = attach_cloud(Path(attachment["cloud"])) if attachment else None

    @property
    def cloud(self) -> CloudInfo:
        """The running cloud.

        Raises:
            TargetError: ``start`` was not called yet.
        """
        if self._cloud is None:
            raise TargetError("the embedded cloud has not been started")
        return self._cloud

    def start(self) -> Mapping[str, str]:
        """Start the cloud unless attached to one; about a second."""
        if self._cloud is None:
            self._cloud = start_cloud(
                region=self.region, docker_host=self._docker_host, owner_pid=self._owner_pid
            )
        return {"cloud": self._cloud.directory}

    def stop(self) -> None:
        """Stop the cloud and everything in it."""
        if self._cloud is not None:
            stop_cloud(self._cloud)
            self._cloud = None

    def facts(self) -> Mapping[str, str]:
        """Name the endpoint, the container engine and the database."""
        cloud = self.cloud
        return {
            "endpoint": cloud.endpoint,
            "containers": "built-in engine (processes)"
            if cloud.has_built_in_engine
            else cloud.docker_host,
            "database server": cloud.database or "as the container engine pulls it",
        }

    def session(self) -> boto3.Session:
        """Return a session whose clients talk to the cloud."""
        return EmulatorSession(endpoint=self.cloud.endpoint, region=self.region)

    def http(self) -> requests.Session:
        """Return an HTTP session for the cloud's load balancers and distributions."""
        return gateway_session(self.cloud.endpoint)

    def missing(self) -> Mapping[Capability, str]:
        """Return what the cloud cannot do."""
        lacking = {
            Capability.DATABASE_FORCED_TLS: _FORCED_TLS,
            Capability.SERVICE_QUOTAS: NO_QUOTAS,
        }
        if self._cloud is not None and not self._cloud.database_tls:
            lacking[Capability.DATABASE_TLS] = f"{self._cloud.database} was built without TLS"
        return lacking

    def environment(self) -> Mapping[str, str]:
        """Return the cloud's variables, and those that keep the user's AWS files out."""
        return {**self.cloud.environment(), **isolating_environment()}

    def provider(self) -> Mapping[str, Any]:
        """Return provider arguments that keep Terraform from asking a real AWS."""
        return dict(EMULATOR_PROVIDER)

    def stack_settings(self) -> Mapping[str, Any]:
        """Return what only an emulator wants of the stack."""
        return dict(EMULATOR_STACK_SETTINGS)

    def known_drift(self) -> Sequence[AllowedDrift]:
        """Return nothing: what drifts in MiniStack is repaired on the wire."""
        return ()

    def database_route(self, host: str, port: int) -> DatabaseRoute | None:
        """Return the loopback address of a database of the cloud, and its authority."""
        cloud = self.cloud
        address = container_address(cloud.docker_host, host)
        if address is None:
            return None
        ca_file = Path(cloud.directory) / CA_FILE if cloud.database_tls else None
        return DatabaseRoute(address, port, ca_file)
