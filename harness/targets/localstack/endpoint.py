"""The endpoint of a LocalStack: from the option, else from localstack-client."""

import os
from dataclasses import dataclass
from urllib.parse import urlsplit

from localstack_client.config import get_service_endpoint

from harness.core.errors import UsageError

# Any service: LocalStack has one gateway for all.
_SERVICE = "s3"
_EXAMPLE = "http://127.0.0.1:4566"


@dataclass(frozen=True)
class LocalStackEndpoint:
    """The address of a LocalStack: scheme, host and port, without a trailing slash."""

    url: str
    origin: str


def find_endpoint(option: str | None) -> LocalStackEndpoint:
    """Return the address of the option, else ``AWS_ENDPOINT_URL``, else localstack-client's.

    localstack-client reads ``LOCALSTACK_HOST`` and ``USE_SSL``; its default is
    ``http://localhost:4566`` (https://github.com/localstack/localstack-python-client).

    Raises:
        UsageError: The address is invalid.
    """
    if option:
        return _checked(option, "--endpoint-url")
    named = [name for name in ("AWS_ENDPOINT_URL", "LOCALSTACK_HOST") if os.environ.get(name)]
    origin = named[0] if named else "localstack-client's default"
    try:
        configured = get_service_endpoint(_SERVICE)
    except RuntimeError as error:
        raise UsageError(f"{origin}: {error}", remedy="use a host and a port") from error
    return _checked(configured or "", origin)


def _checked(url: str, origin: str) -> LocalStackEndpoint:
    bare = url.strip().rstrip("/")
    try:
        parts = urlsplit(bare)
        usable = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:  # an invalid port
        usable = False
    if not usable or parts.path or parts.query or parts.username:
        raise UsageError(
            f"{origin}: {url!r} is not the address of a LocalStack",
            remedy=f"use scheme, host and port, such as {_EXAMPLE}",
        )
    return LocalStackEndpoint(bare, origin)
