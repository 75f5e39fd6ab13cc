"""The LocalStack target: an externally managed LocalStack, with the services that it offers."""

import json
import socket
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from types import MappingProxyType
from typing import Any, Self
from urllib.parse import urlsplit

import boto3
import requests

from harness.aws.capability import Capability
from harness.aws.emulator_session import EmulatorSession
from harness.core.errors import TargetError
from harness.settings.settings import HarnessSettings
from harness.targets.base import DatabaseRoute, Target
from harness.targets.emulator_settings import (
    EMULATOR_PROVIDER,
    emulator_environment,
)
from harness.targets.gateway_http import gateway_session
from harness.targets.localstack.endpoint import LocalStackEndpoint, find_endpoint
from harness.targets.localstack.health import LocalStackInfo, await_localstack
from harness.targets.localstack.service_probes import refused_services
from harness.terraform.drift import AllowedDrift

_READY_SECONDS = 60.0
_STILL_THERE_SECONDS = 10.0

# What passes real requests, and the services without which it cannot.
_DATA_PLANES: Mapping[Capability, tuple[Capability, ...]] = MappingProxyType(
    {
        Capability.RDS_DATA: (Capability.RDS,),
        Capability.ALB_DATA_PLANE: (Capability.ELBV2,),
        Capability.CLOUDFRONT_DATA_PLANE: (Capability.CLOUDFRONT,),
        Capability.ECS_DATA_PLANE: (Capability.ECS,),
        Capability.DATABASE_DATA_PLANE: (Capability.RDS,),
        Capability.DATABASE_DIRECT: (Capability.RDS,),
    }
)
_TLS = "not verified yet whether LocalStack's databases accept TLS"
_UNPROVED = MappingProxyType({Capability.DATABASE_TLS: _TLS, Capability.DATABASE_FORCED_TLS: _TLS})


# The end of what LocalStack answers for a service that it has not.
_NOT_LICENSED = "not included in your current license plan"

_FORGOTTEN = (
    "LocalStack forgets the description of a rule that names another security group; needed "
    "until DescribeSecurityGroupRules returns it"
)
KNOWN_DRIFT = tuple(
    AllowedDrift(f"aws_vpc_security_group_{way}_rule.*", frozenset({"description"}), _FORGOTTEN)
    for way in ("egress", "ingress")
)


@dataclass(frozen=True)
class _Found:
    """What was found out about a LocalStack when a run began."""

    info: LocalStackInfo
    refused: Mapping[Capability, str]


class LocalStackTarget(Target):
    """An externally managed LocalStack; never stopped by the harness.

    Args:
        region: AWS region to use there.
        endpoint: Where it is.
        attachment: What ``start`` returned when the run began.
        patience: Seconds to wait for one that is not ready.
    """

    name = "localstack"

    def __init__(
        self,
        *,
        region: str,
        endpoint: LocalStackEndpoint,
        attachment: Mapping[str, str] | None = None,
        patience: float = _READY_SECONDS,
    ) -> None:
        self.region = region
        self._endpoint = endpoint
        self._patience = patience
        self._found = _read(attachment) if attachment else None

    @classmethod
    def create(cls, settings: HarnessSettings, *, owner_pid: int | None) -> Self:  # noqa: ARG003
        """Return the target of a new run, at the address that the settings name.

        Raises:
            UsageError: The address is malformed.
        """
        return cls(region=settings.region, endpoint=find_endpoint(settings.endpoint_url))

    @classmethod
    def attach(
        cls, region: str, attachment: Mapping[str, str], *, patience: float | None = None
    ) -> Self:
        """Return the target of a run on record.

        Args:
            region: AWS region.
            attachment: What ``start`` returned.
            patience: Seconds to wait for a response; None for ten.

        Raises:
            TargetError: It does not respond any more, or something else is there.
        """
        endpoint = LocalStackEndpoint(attachment["endpoint"], "the run's record")
        seconds = _STILL_THERE_SECONDS if patience is None else patience
        await_localstack(endpoint, patience=seconds)
        return cls(region=region, endpoint=endpoint, attachment=attachment)

    def start(self) -> Mapping[str, str]:
        """Wait until it is ready and ask what it can do, unless attached.

        Raises:
            TargetError: It is not there, or is no LocalStack.
        """
        if self._found is None:
            info = await_localstack(self._endpoint, patience=self._patience)
            self._found = _Found(info, refused_services(self.session()))
        return _written(self._endpoint, self._found)

    def stop(self) -> None:
        """Do nothing: it is managed externally."""

    def facts(self) -> Mapping[str, str]:
        """Name endpoint, version and edition, and the services that it does not have."""
        found = self._known()
        facts = {"endpoint": self._endpoint.url, "LocalStack": str(found.info)}
        if found.refused:
            answers = " / ".join(dict.fromkeys(map(_in_short, found.refused.values())))
            facts["services not offered"] = f"{', '.join(found.refused)} ({answers})"
        return facts

    def _known(self) -> _Found:
        if self._found is None:
            raise TargetError("the LocalStack target has not been started")
        return self._found

    def session(self) -> boto3.Session:
        """Return a session whose clients talk to it, with throw-away credentials."""
        return EmulatorSession(endpoint=self._endpoint.url, region=self.region)

    def http(self) -> requests.Session:
        """Return an HTTP session for its load balancers and distributions."""
        return gateway_session(self._endpoint.url)

    def missing(self) -> Mapping[Capability, str]:
        """Return the services that it refused, and what cannot be without them."""
        if self._found is None:
            return dict(_UNPROVED)
        version = f"LocalStack {self._found.info.version}"
        lacking = {
            service: f"{version} does not offer {service} ({_in_short(answer)})"
            for service, answer in self._found.refused.items()
        }
        for capability, services in _DATA_PLANES.items():
            reasons = [lacking[service] for service in services if service in lacking]
            if reasons:
                lacking.setdefault(capability, reasons[0])
        return {**lacking, **_UNPROVED}

    def environment(self) -> Mapping[str, str]:
        """Return variables that point at it, and keep the user's AWS files out."""
        return emulator_environment(self._endpoint.url, self.region)

    def provider(self) -> Mapping[str, Any]:
        """Return provider arguments that keep Terraform from asking a real AWS."""
        return dict(EMULATOR_PROVIDER)

    def known_drift(self) -> Sequence[AllowedDrift]:
        """Return what LocalStack itself makes a second plan want to change."""
        return KNOWN_DRIFT

    def database_route(self, host: str, port: int) -> DatabaseRoute | None:  # noqa: ARG002
        """Return the gateway's own host: there, LocalStack opens a port for each database."""
        try:
            address = socket.gethostbyname(urlsplit(self._endpoint.url).hostname or "")
        except OSError:
            return None
        return DatabaseRoute(address, port, None)


def _in_short(answer: str) -> str:
    return "not in its license plan, or not emulated" if _NOT_LICENSED in answer else answer


def _written(endpoint: LocalStackEndpoint, found: _Found) -> dict[str, str]:
    known = {"info": asdict(found.info), "refused": dict(found.refused)}
    return {"endpoint": endpoint.url, "known": json.dumps(known)}


def _read(attachment: Mapping[str, str]) -> _Found:
    known = json.loads(attachment["known"])
    refused = {Capability(name): answer for name, answer in known["refused"].items()}
    return _Found(LocalStackInfo(**known["info"]), refused)
