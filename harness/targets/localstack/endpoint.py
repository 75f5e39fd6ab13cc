"""Where a LocalStack is: as the option says, else as localstack-client is configured."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from localstack_client.config import get_service_endpoint

from harness.core.errors import UsageError

# Any service will do: LocalStack has one gateway for all of them.
_SERVICE = "s3"
_EXAMPLE = "http://127.0.0.1:4566"


@dataclass(frozen=True)
class LocalStackEndpoint:
    """The address of a LocalStack.

    Attributes:
        url: Scheme, host and port, without a slash at the end.
        origin: Who says so, for messages.
    """

    url: str
    origin: str


def find_endpoint(
    option: str | None, environ: Mapping[str, str] = os.environ
) -> LocalStackEndpoint:
    """Return the option's address, else ``AWS_ENDPOINT_URL``, else localstack-client's.

    That one knows ``LOCALSTACK_HOST`` and ``USE_SSL``, and is ``http://localhost:4566`` where
    nobody says otherwise (https://github.com/localstack/localstack-python-client).

    Args:
        option: What ``--endpoint-url`` says; None where it says nothing.
        environ: Environment variables, for the origin; localstack-client reads its own.

    Raises:
        UsageError: The address is none.
    """
    if option:
        return _checked(option, "--endpoint-url")
    named = [name for name in ("AWS_ENDPOINT_URL", "LOCALSTACK_HOST") if environ.get(name)]
    origin = named[0] if named else "localstack-client's default"
    try:
        configured = get_service_endpoint(_SERVICE)
    except RuntimeError as error:
        raise UsageError(f"{origin}: {error}", remedy="a host and a port") from error
    return _checked(configured or "", origin)


def _checked(url: str, origin: str) -> LocalStackEndpoint:
    bare = url.strip().rstrip("/")
    try:
        parts = urlsplit(bare)
        usable = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:  # a port that is none
        usable = False
    if not usable or parts.path or parts.query or parts.username:
        raise UsageError(
            f"{origin}: {url!r} is not the address of a LocalStack",
            remedy=f"scheme, host and port, such as {_EXAMPLE}",
        )
    return LocalStackEndpoint(bare, origin)
