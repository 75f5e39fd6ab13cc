"""Waits for a LocalStack and returns its version, edition and license."""

import ipaddress
import socket
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

import requests

from harness.core.errors import TargetError, WaitTimeoutError
from harness.core.redaction import redact
from harness.core.wait import wait_until
from harness.targets.localstack.endpoint import LocalStackEndpoint

_INFO = "/_localstack/info"
_REQUEST_SECONDS = 5.0
_POLL_SECONDS = 0.5
_MAX_SHOWN = 120
_UNKNOWN = "unknown"
_START = (
    "start one (`docker compose --profile localstack up --wait`), or set its address: "
    "--endpoint-url, AWS_ENDPOINT_URL or LOCALSTACK_HOST; --target embedded requires none"
)
_NOT_ONE = (
    "set the address of a LocalStack (--endpoint-url, AWS_ENDPOINT_URL or LOCALSTACK_HOST), "
    "or use --target embedded, which starts an emulator"
)


@dataclass(frozen=True)
class LocalStackInfo:
    """A LocalStack that is ready; "unknown": its version or edition is not in the response."""

    version: str
    edition: str
    licensed: bool

    def __str__(self) -> str:
        license_ = "licensed" if self.licensed else "no license"
        return f"{self.version} ({self.edition} edition, {license_})"


class _NotReadyError(Exception):
    """It responds, but is not ready yet."""


def await_localstack(endpoint: LocalStackEndpoint, *, patience: float) -> LocalStackInfo:
    """Wait until a LocalStack is ready, and return its version, edition and license.

    Reads ``/_localstack/health`` and ``/_localstack/info``
    (https://docs.localstack.cloud/aws/capabilities/networking/internal-endpoints/). The deadline
    is in seconds.

    Raises:
        TargetError: No server listens there, it was not ready in time, or it is not a LocalStack.
    """
    try:
        return wait_until(
            lambda: _observed(endpoint, min(patience, _REQUEST_SECONDS)),
            what=f"a LocalStack at {endpoint.url}",
            ready=lambda _: True,
            timeout=patience,
            delay=_POLL_SECONDS,
            retry_on=(requests.ConnectionError, requests.Timeout, _NotReadyError),
        )
    except WaitTimeoutError as error:
        raise TargetError(
            f"no LocalStack at {endpoint.url} (from {endpoint.origin}) within {patience:g} s; "
            f"last status: {_reason(error.__cause__)}",
            remedy=_START,
        ) from error
    except requests.RequestException as error:
        raise TargetError(f"{_where(endpoint)}: {_reason(error)}", remedy=_NOT_ONE) from error


def _observed(endpoint: LocalStackEndpoint, seconds: float) -> LocalStackInfo:
    """Return what it responds; a closed port of this machine and a TLS error fail at once."""
    try:
        return _info(endpoint, seconds)
    except requests.ConnectionError as error:
        closed = "refused" in str(error) and _is_loopback(endpoint.url)
        if not (closed or isinstance(error, requests.exceptions.SSLError)):
            raise
        raise TargetError(
            f"no LocalStack at {endpoint.url} (from {endpoint.origin}): {_reason(error)}",
            remedy=_START,
        ) from error


def _is_loopback(url: str) -> bool:
    """Whether a host is this machine, where a closed port does not open by itself."""
    try:
        found = socket.getaddrinfo(urlsplit(url).hostname, None)
    except OSError:
        return False
    return all(ipaddress.ip_address(address[4][0]).is_loopback for address in found)


def _info(endpoint: LocalStackEndpoint, seconds: float) -> LocalStackInfo:
    with requests.Session() as session:
        session.trust_env = False  # no proxy for loopback traffic
        health = _read(session, endpoint, "/_localstack/health", seconds)
        info = _read(session, endpoint, _INFO, seconds)
    if not isinstance(health.get("services"), dict) or "is_license_activated" not in info:
        raise _not_localstack(endpoint, _INFO, f"{sorted({*health, *info})}")
    return LocalStackInfo(
        version=str(info.get("version") or health.get("version") or _UNKNOWN),
        edition=str(health.get("edition") or info.get("edition") or _UNKNOWN),
        licensed=bool(info["is_license_activated"]),
    )


def _read(
    session: requests.Session, endpoint: LocalStackEndpoint, path: str, seconds: float
) -> dict[str, Any]:
    response = session.get(endpoint.url + path, timeout=seconds, allow_redirects=False)
    shown = (
        f"status {response.status_code}, {' '.join(redact(response.text[:_MAX_SHOWN]).split())!r}"
    )
    if response.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR:
        raise _NotReadyError(f"GET {path}: {shown}")
    try:
        found = response.json()
    except requests.JSONDecodeError:
        found = None
    if response.status_code != HTTPStatus.OK or not isinstance(found, dict):
        raise _not_localstack(endpoint, path, shown)
    return found


def _not_localstack(endpoint: LocalStackEndpoint, path: str, shown: str) -> TargetError:
    return TargetError(f"{_where(endpoint)}: GET {path} returned {shown}", remedy=_NOT_ONE)


def _where(endpoint: LocalStackEndpoint) -> str:
    return f"{endpoint.url} (from {endpoint.origin}) is not a LocalStack"


def _reason(error: BaseException | None) -> str:
    """Return the cause of a failed request, without the layers of libraries."""
    if isinstance(error, requests.Timeout):
        return "no response"
    if isinstance(error, requests.exceptions.SSLError):
        return "the certificate cannot be verified; the same port accepts http://"
    if isinstance(error, requests.ConnectionError) and "refused" in str(error):
        return "connection refused"
    return str(error)
