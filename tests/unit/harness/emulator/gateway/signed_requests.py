"""Requests that botocore signs, as ASGI scopes."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any
from unittest.mock import patch
from urllib.parse import unquote, urlsplit

from botocore.auth import S3SigV4Auth, S3SigV4QueryAuth, SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from starlette.types import Message, Receive, Scope

from tests.unit.harness.emulator.sample_cloud_info import CREDENTIALS

# The time of every signature.
NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
HOST = "127.0.0.1:4566"
REGION = "eu-north-1"


@dataclass(frozen=True)
class Wire:
    """A request as it arrives."""

    method: str
    url: str
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""

    def changed(self, **changes: Any) -> "Wire":
        return replace(self, **changes)

    def with_headers(self, **headers: str) -> "Wire":
        changed = {name.replace("_", "-"): value for name, value in headers.items()}
        return replace(self, headers={**self.headers, **changed})

    @property
    def scope(self) -> Scope:
        parts = urlsplit(self.url)
        headers = {"host": HOST, **{name.lower(): value for name, value in self.headers.items()}}
        return {
            "type": "http",
            "method": self.method,
            "path": unquote(parts.path),
            "raw_path": parts.path.encode(),
            "query_string": parts.query.encode(),
            "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
        }

    @property
    def receive(self) -> Receive:
        async def receive() -> Message:
            return {"type": "http.request", "body": self.body, "more_body": False}

        return receive


def signed(
    service: str = "ec2",
    path: str = "/",
    *,
    method: str = "POST",
    body: bytes = b"Action=DescribeVpcs",
    key: str = CREDENTIALS.access_key,
    secret: str = CREDENTIALS.secret_key,
    token: str | None = None,
    **headers: str,
) -> Wire:
    """Return a request that is signed now."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    request = AWSRequest(method, f"http://{HOST}{path}", named, body)
    signer = S3SigV4Auth if service == "s3" else SigV4Auth
    _sign(signer(Credentials(key, secret, token), service, REGION), request)
    return Wire(method, f"http://{HOST}{path}", dict(request.headers.items()), body)


def _sign(signer: Any, request: AWSRequest) -> None:
    with patch("botocore.auth.get_current_datetime", return_value=NOW):
        signer.add_auth(request)


def presigned(path: str, *, expires: int = 60, secret: str = CREDENTIALS.secret_key) -> Wire:
    """Return a GET of S3 whose signature is in its URL."""
    request = AWSRequest("GET", f"http://{HOST}{path}")
    credentials = Credentials(CREDENTIALS.access_key, secret)
    _sign(S3SigV4QueryAuth(credentials, "s3", REGION, expires=expires), request)
    return Wire("GET", str(request.url))
