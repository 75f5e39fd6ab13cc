"""The LocalStack target: an externally managed LocalStack, with the services that it offers."""

import json
import socket
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

import boto3
import requests

from harness.aws.capability import Capability
from harness.aws.emulator_session import EmulatorSession
from harness.core.errors import TargetError
from harness.settings.settings import HarnessSettings
from harness.targets.base import DatabaseRoute, Target
from harness.targets.emulator_settings import ISOLATION, NO_QUOTAS
from harness.targets.gateway_http import gateway_session
from harness.targets.localstack.endpoint import LocalStackEndpoint, find_endpoint
from harness.targets.localstack.health import LocalStackInfo, await_localstack
from harness.targets.localstack.service_probes import refused_services
from harness.terraform.drift import AllowedDrift

_READY_SECONDS = 60.0
_ATTACH_SECONDS = 10.0

_TABLES = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
# Data plane -> the service that it requires.
_DATA_PLANES = {Capability(k): Capability(v) for k, v in _TABLES["data-planes"].items()}
_UNPROVED: Mapping[Capability, str] = {
    **{Capability(name): reason for name, reason in _TABLES["unproved"].items()},
    Capability.SERVICE_QUOTAS: NO_QUOTAS,
}

# The end of the error of LocalStack for a service that it does not offer.
_NOT_LICENSED = "not included in your current license plan"

_LOST_DESCRIPTION = (
    "LocalStack loses the description of a rule that references another security group; needed "
    "until DescribeSecurityGroupRules returns it"
)
KNOWN_DRIFT = tuple(
    AllowedDrift(
        f"aws_vpc_security_group_{direction}_rule.*", frozenset({"description"}), _LOST_DESCRIPTION
    )
    for direction in ("egress", "ingress")
)


@dataclass(frozen=True)
class _Discovery:
    """The properties of a LocalStack, discovered at the start of a run."""

    info: LocalStackInfo
    refused: dict[Capability, str]


class LocalStackTarget(Target):
    """An externally managed LocalStack; never stopped by the harness.

    Args:
        attachment: The return value of ``start`` at the start of the run.
    """

    name = "localstack"

    def __init__(
        self,
        *,
        region: str,
        endpoint: LocalStackEndpoint,
        attachment: Mapping[str, str] | None = None,
    ) -> None:
        self.region = region
        self._endpoint = endpoint
        self._discovery = _from_attachment(attachment) if attachment else None

    @classmethod
    def create(cls, settings: HarnessSettings, *, owner_pid: int | None) -> Self:  # noqa: ARG003
        """Return the target of a new run, at the address from the settings."""
        return cls(region=settings.region, endpoint=find_endpoint(settings.endpoint_url))

    @classmethod
    def attach(cls, region: str, attachment: Mapping[str, str]) -> Self:
        """Return the target of a run on record."""
        endpoint = LocalStackEndpoint(attachment["endpoint"], "the record of the run")
        await_localstack(endpoint, patience=_ATTACH_SECONDS)
        return cls(region=region, endpoint=endpoint, attachment=attachment)

    def start(self) -> Mapping[str, str]:
        """Wait until it is ready and discover its services, unless attached.

        Raises:
            TargetError: It does not respond, or is not a LocalStack.
        """
        if self._discovery is None:
            info = await_localstack(self._endpoint, patience=_READY_SECONDS)
            self._discovery = _Discovery(info, refused_services(self.session()))
        return {"endpoint": self._endpoint.url, "known": json.dumps(asdict(self._discovery))}

    def facts(self) -> Mapping[str, str]:
        """Return endpoint, version, edition, and the services that it does not offer."""
        found = self._discovered()
        facts = {"endpoint": self._endpoint.url, "LocalStack": str(found.info)}
        if found.refused:
            errors = " / ".join(dict.fromkeys(map(_shortened, found.refused.values())))
            facts["services not offered"] = f"{', '.join(found.refused)} ({errors})"
        return facts

    def _discovered(self) -> _Discovery:
        if self._discovery is None:
            raise TargetError("the LocalStack target has not been started")
        return self._discovery

    def session(self) -> boto3.Session:
        """Return a session whose clients use it, with test credentials."""
        return EmulatorSession(endpoint=self._endpoint.url, region=self.region)

    def http(self) -> requests.Session:
        """Return an HTTP session for its load balancers and distributions."""
        return gateway_session(self._endpoint.url)

    def missing(self) -> Mapping[Capability, str]:
        """Return the services that it does not offer, and the data planes that require them."""
        if self._discovery is None:
            return dict(_UNPROVED)
        version = f"LocalStack {self._discovery.info.version}"
        lacking = {
            service: f"{version} does not offer {service} ({_shortened(error)})"
            for service, error in self._discovery.refused.items()
        }
        for capability, service in _DATA_PLANES.items():
            if service in lacking:
                lacking.setdefault(capability, lacking[service])
        return {**lacking, **_UNPROVED}

    def environment(self) -> Mapping[str, str]:
        """Return variables for its endpoint, and those that disable the AWS files of the user."""
        return {
            "AWS_ENDPOINT_URL": self._endpoint.url,
            "AWS_REGION": self.region,
            "AWS_DEFAULT_REGION": self.region,
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            **ISOLATION,
        }

    def known_drift(self) -> Sequence[AllowedDrift]:
        """Return the changes in a second plan that LocalStack causes."""
        return KNOWN_DRIFT

    @property
    def omitted_fields(self) -> Mapping[str, Mapping[str, str]]:
        """Return the fields that LocalStack accepts and does not return."""
        return dict(_TABLES["omitted"])

    def database_route(self, host: str, port: int) -> DatabaseRoute | None:  # noqa: ARG002
        """Return the host of the gateway, where LocalStack opens a port for each database."""
        try:
            address = socket.gethostbyname(urlsplit(self._endpoint.url).hostname or "")
        except OSError:
            return None
        return DatabaseRoute(address, port, None)


def _shortened(error: str) -> str:
    return "not in its license plan, or not emulated" if _NOT_LICENSED in error else error


def _from_attachment(attachment: Mapping[str, str]) -> _Discovery:
    known = json.loads(attachment["known"])
    refused = {Capability(name): error for name, error in known["refused"].items()}
    return _Discovery(LocalStackInfo(**known["info"]), refused)
