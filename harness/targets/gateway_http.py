"""HTTP requests to host names that only the gateway of an emulator resolves."""

from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter

_TIMEOUT_SECONDS = 30.0


def gateway_session(endpoint: str) -> requests.Session:
    """Return a session that sends every request to a gateway and keeps its Host header.

    ``https`` requests are sent over plain HTTP with ``X-Forwarded-Proto: https``, as
    behind a proxy that terminates TLS. The default timeout of a request is 30 seconds.
    """
    session = requests.Session()
    session.trust_env = False  # no proxy for loopback traffic
    adapter = _GatewayAdapter(endpoint)
    session.mount("http://", adapter)
    session.mount("https://", adapter)
    return session


class _GatewayAdapter(HTTPAdapter):
    def __init__(self, endpoint: str) -> None:
        self._endpoint = endpoint.rstrip("/")
        super().__init__()

    def send(  # type: ignore[override]
        self, request: requests.PreparedRequest, **kwargs: Any
    ) -> requests.Response:
        original_url = request.url or ""
        parts = urlsplit(original_url)
        request.headers["Host"] = parts.netloc
        request.headers["X-Forwarded-Proto"] = parts.scheme
        request.url = self._endpoint + request.path_url
        if kwargs.get("timeout") is None:
            kwargs["timeout"] = _TIMEOUT_SECONDS
        try:
            response = super().send(request, **kwargs)
        finally:
            request.url = original_url
        response.url = original_url
        return response
