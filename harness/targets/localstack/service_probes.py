"""The services that a LocalStack really offers: each receives one read-only request."""

import tomllib
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from http import HTTPStatus
from pathlib import Path
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError
from botocore.parsers import ResponseParserError

from harness.aws.capability import Capability
from harness.aws.errors import error_code
from harness.core.errors import TargetError

_THREADS = 8

_TABLES = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
# Capability -> operation and arguments of a read-only request.
_PROBES: Mapping[Capability, tuple[str, Mapping[str, Any]]] = {
    Capability(name): next(iter(request.items())) for name, request in _TABLES.items()
}


def refused_services(session: boto3.Session) -> dict[Capability, str]:
    """Send a request to every service that the stack may use; return those that are not offered.

    The list of services in the health response is not enough: LocalStack lists the services that
    it can load, and returns ``InternalFailure`` for those that its license does not include or
    that it does not emulate.

    Returns:
        Service -> its error, in the order of the probes.

    Raises:
        TargetError: A service did not respond, or not like an AWS service.
    """
    # Clients are thread-safe, sessions are not.
    client: Any = session.client
    clients = {service: client(service.value) for service in _PROBES}

    def probe(service: Capability) -> str:
        operation, arguments = _PROBES[service]
        try:
            getattr(clients[service], operation)(**arguments)
        except ClientError as error:
            return _refusal(error)
        except (BotoCoreError, ResponseParserError) as error:
            raise TargetError(
                f"{service}: unexpected response: {' '.join(str(error).split())}",
                remedy="read the log of LocalStack",
            ) from error
        return ""

    with ThreadPoolExecutor(_THREADS, thread_name_prefix="probe") as pool:
        errors = zip(_PROBES, pool.map(probe, _PROBES), strict=True)
        return {service: error for service, error in errors if error}


def _refusal(error: ClientError) -> str:
    """Return the error of a service that is not offered; empty for one of an offered service."""
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    if status < HTTPStatus.INTERNAL_SERVER_ERROR:
        return ""
    return f"{error_code(error) or status}: {error.response['Error'].get('Message', '')}".strip()
