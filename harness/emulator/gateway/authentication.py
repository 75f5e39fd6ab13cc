"""Answers only requests that are signed with the credentials of the cloud."""

import hashlib
import hmac
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from starlette.types import Receive, Scope

from harness.core.errors import EmulatorError
from harness.emulator.credentials import CloudCredentials
from harness.emulator.gateway.caller import Signature
from harness.emulator.gateway.chunked import (
    SIGNED_CHUNKS,
    SIGNED_CHUNKS_TRAILER,
    UNSIGNED_CHUNKS,
    verify_chunks,
)
from harness.emulator.gateway.environment import DATABASE_CA_PATH, READY_PATH
from harness.emulator.gateway.errors import Refused, RefusedError
from harness.emulator.gateway.http import (
    LARGEST_CALL,
    Request,
    host_name,
    read_request,
    request_head,
)
from harness.emulator.gateway.sigv4 import S3, UNSIGNED_PAYLOAD, SignedRequest

_ACCOUNT_ID = re.compile(r"\d{12}")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_LOOPBACK = re.compile(r"127(\.\d{1,3}){3}|::1|localhost|[\w.-]+\.localhost")
# The endpoint of task metadata: the path contains a random token of the container.
_METADATA = re.compile(r"/v4/[\w-]{8,}(/.*)?")
_STREAMED = (UNSIGNED_PAYLOAD, UNSIGNED_CHUNKS, SIGNED_CHUNKS, SIGNED_CHUNKS_TRAILER)


@dataclass(frozen=True)
class IssuedKey:
    """The secret of an access key that the cloud has issued: of an IAM user or a session."""

    secret: str = field(repr=False)
    token: str = field(default="", repr=False)
    expiration: datetime | None = None


@dataclass
class Authenticator:
    """Verifies hosts, origins and signatures."""

    credentials: CloudCredentials
    issued: Mapping[str, IssuedKey]
    now: Callable[[], datetime] = lambda: datetime.now(UTC)

    async def authenticate(self, scope: Scope, receive: Receive) -> tuple[Request, Signature]:
        """Read a request, verify its signature, and return both.

        Raises:
            RefusedError: It is not signed with credentials of the cloud; or it declares no hash
                of its payload, and is larger than 16 MiB.
            ClientDisconnect: The client has disconnected.
        """
        head = request_head(scope)
        signed = SignedRequest.of(head)
        signed.check_time(self.now())
        secret = self._secret(signed)
        declared = _declared_payload(head, signed)
        if declared:
            signed.verify(head, secret, declared)
            request = await read_request(scope, receive)
            _check_payload(request.body, declared, signed, secret)
        else:
            try:
                request = await read_request(scope, receive, largest=LARGEST_CALL)
            except EmulatorError as error:
                raise RefusedError(Refused.TOO_LARGE, str(error)) from error
            signed.verify(request, secret, hashlib.sha256(request.body).hexdigest())
        return request, signed.scope

    def _secret(self, signed: SignedRequest) -> str:
        key = signed.scope.access_key
        found = self.issued.get(key)
        if key == self.credentials.access_key or _ACCOUNT_ID.fullmatch(key):
            found = IssuedKey(self.credentials.secret_key)
        if found is None or not hmac.compare_digest(found.token.encode(), signed.token.encode()):
            raise RefusedError(
                Refused.UNKNOWN_KEY,
                "The security token included in the request is invalid: this cloud has its own "
                "credentials",
            )
        if found.expiration is not None and found.expiration < self.now():
            raise RefusedError(
                Refused.EXPIRED, "The security token included in the request is expired"
            )
        return found.secret


def check_address(scope: Scope, head: Request) -> None:
    """Check that a request is addressed to this cloud, and not sent by a page of another.

    Raises:
        RefusedError: Its Host is neither loopback nor a name of AWS (DNS rebinding), or its Origin
            is another one than that of the cloud.
    """
    host = head.header("host")
    name = host_name(host)
    if not _LOOPBACK.fullmatch(name) and not name.endswith(".amazonaws.com"):
        raise RefusedError(Refused.DENIED, f"the host {host!r} is not a name of this cloud")
    origin = head.header("origin")
    if origin and origin != f"{scope.get('scheme', 'http')}://{host}":
        raise RefusedError(Refused.DENIED, f"requests of pages from {origin!r} are refused")


def is_public(head: Request) -> bool:
    """Whether a request needs no signature: readiness, a certificate, metadata of a task."""
    public = (READY_PATH, DATABASE_CA_PATH)
    return head.method == "GET" and (
        head.path in public or _METADATA.fullmatch(head.path) is not None
    )


def _declared_payload(head: Request, signed: SignedRequest) -> str:
    """Return the payload hash, or the word in its place, that a request declares; else empty."""
    declared = head.header("x-amz-content-sha256")
    if signed.scope.service == S3:
        if not declared and signed.expires is None:
            raise RefusedError(Refused.INCOMPLETE, "Missing required header: x-amz-content-sha256")
        declared = declared or UNSIGNED_PAYLOAD
    if (
        declared
        and not _SHA256.fullmatch(declared)
        and (signed.scope.service != S3 or declared not in _STREAMED)
    ):
        raise RefusedError(Refused.PAYLOAD, f"x-amz-content-sha256 is not valid: {declared!r}")
    return declared


def _check_payload(body: bytes, declared: str, signed: SignedRequest, secret: str) -> None:
    if declared in (SIGNED_CHUNKS, SIGNED_CHUNKS_TRAILER):
        verify_chunks(body, signed, secret, trailer=declared == SIGNED_CHUNKS_TRAILER)
    elif declared not in _STREAMED and hashlib.sha256(body).hexdigest() != declared:
        raise RefusedError(
            Refused.PAYLOAD, "The provided 'x-amz-content-sha256' header does not match the body"
        )
