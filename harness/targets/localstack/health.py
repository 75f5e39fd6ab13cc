"""Waits for a LocalStack, and reads what it says of itself."""

from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import requests

from harness.core.errors import TargetError, WaitTimeoutError
from harness.core.redaction import redact
from harness.core.wait import wait_until
from harness.targets.localstack.endpoint import LocalStackEndpoint

_HEALTH = "/_localstack/health"
_INFO = "/_localstack/info"
_REQUEST_SECONDS = 5.0
_LOOK_AGAIN_SECONDS = 0.5
_SHOWN = 120
_UNKNOWN = "unknown"
_START = (
    "start one (`docker compose --profile localstack up --wait`), or say where it is: "
    "--endpoint-url, AWS_ENDPOINT_URL or LOCALSTACK_HOST; --target embedded needs none"
)
_NOT_ONE = (
    "give the address of a LocalStack (--endpoint-url, AWS_ENDPOINT_URL or LOCALSTACK_HOST); "
    "--target embedded starts a cloud of its own"
)


@dataclass(frozen=True)
class LocalStackInfo:
    """A LocalStack that is ready.

    Attributes:
        version: Its version; "unknown" where it does not say.
        edition: community, pro, ...; "unknown" where it does not say.
        licensed: Whether a license is active.
    """

    version: str
    edition: str
    licensed: bool

    def __str__(self) -> str:
        license_ = "licensed" if self.licensed else "no license"
        return f"{self.version} ({self.edition} edition, {license_})"


class _NotReadyError(Exception):
    """It answers, but cannot serve yet."""


def await_localstack(endpoint: LocalStackEndpoint, *, patience: float) -> LocalStackInfo:
    """Wait until a LocalStack is ready, and return what it says of itself.

    Reads ``/_localstack/health`` and ``/_localstack/info``
    (https://docs.localstack.cloud/aws/capabilities/networking/internal-endpoints/).

    Args:
        endpoint: Where it should be.
        patience: Deadline in seconds for one that is not there, hangs or is still starting.

    Raises:
        TargetError: It was not ready in time, or something else is there.
    """
    try:
        return wait_until(
            lambda: _look(endpoint, min(patience, _REQUEST_SECONDS)),
            what=f"a LocalStack at {endpoint.url}",
            ready=lambda _: True,
            timeout=patience,
            delay=_LOOK_AGAIN_SECONDS,
            retry_on=(requests.ConnectionError, requests.Timeout, _NotReadyError),
        )
    except WaitTimeoutError as error:
        raise TargetError(
            f"no LocalStack at {endpoint.url} (from {endpoint.origin}) within {patience:g} s; "
            f"seen last: {_reason(error.__cause__)}",
            remedy=_START,
        ) from error
    except requests.RequestException as error:
        raise TargetError(f"{_where(endpoint)}: {_reason(error)}", remedy=_NOT_ONE) from error


def _look(endpoint: LocalStackEndpoint, seconds: float) -> LocalStackInfo:
    with requests.Session() as session:
        session.trust_env = False  # a proxy of the user's must not see, or refuse, loopback traffic
        health = _read(session, endpoint, _HEALTH, seconds)
        info = _read(session, endpoint, _INFO, seconds)
    if not isinstance(health.get("services"), dict) or "is_license_activated" not in info:
        raise _something_else(endpoint, _INFO, f"{sorted({*health, *info})}")
    return LocalStackInfo(
        version=str(info.get("version") or health.get("version") or _UNKNOWN),
        edition=str(health.get("edition") or info.get("edition") or _UNKNOWN),
        licensed=bool(info["is_license_activated"]),
    )


def _read(
    session: requests.Session, endpoint: LocalStackEndpoint, path: str, seconds: float
) -> dict[str, Any]:
    answer = session.get(endpoint.url + path, timeout=seconds, allow_redirects=False)
    shown = f"status {answer.status_code}, {' '.join(redact(answer.text[:_SHOWN]).split())!r}"
    if answer.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR:
        raise _NotReadyError(f"GET {path}: {shown}")
    try:
        found = answer.json()
    except requests.JSONDecodeError:
        found = None
    if answer.status_code != HTTPStatus.OK or not isinstance(found, dict):
        raise _something_else(endpoint, path, shown)
    return found


def _something_else(endpoint: LocalStackEndpoint, path: str, shown: str) -> TargetError:
    return TargetError(f"{_where(endpoint)}: GET {path} answers {shown}", remedy=_NOT_ONE)


def _where(endpoint: LocalStackEndpoint) -> str:
    return f"{endpoint.url} (from {endpoint.origin}) is not a LocalStack"


def _reason(error: BaseException | None) -> str:
    """Say what a request met, without the layers that it met it through."""
    if isinstance(error, requests.Timeout):
        return "it does not answer"
    if isinstance(error, requests.exceptions.SSLError):
        return "it has no certificate that can be verified; plain http:// is at the same port"
    if isinstance(error, requests.ConnectionError) and "refused" in str(error):
        return "connection refused"
    return str(error)
