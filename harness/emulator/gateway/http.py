"""Buffered requests and responses, for the calls that are patched; other bodies are streamed."""

import asyncio
import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, Self
from urllib.parse import quote, urlsplit

from starlette import requests
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from harness.core.errors import EmulatorError

LARGEST_CALL = 16 * 1024 * 1024
_FIRST_OTHER = 300
_SERVER_ERROR = 500
_LOOPBACK = ("127.0.0.1", 0)

HeaderPairs = tuple[tuple[str, str], ...]


@dataclass(frozen=True, kw_only=True)
class _Buffered:
    headers: HeaderPairs = ()
    body: bytes = b""

    def header(self, name: str) -> str:
        """Return the first header of that name (lower case), empty if there is none."""
        return next((value for key, value in self.headers if key == name), "")

    def with_body(self, body: bytes) -> Self:
        """Return the same message with another body and its length."""
        return replace(self, headers=_with_length(self.headers, len(body)), body=body)


@dataclass(frozen=True)
class Request(_Buffered):
    """One buffered HTTP request; header names are in lower case, ``path`` is decoded."""

    method: str
    path: str
    query: str = ""
    encoded_path: str = ""

    @property
    def raw_path(self) -> str:
        """The encoded path."""
        return self.encoded_path or quote(self.path)


@dataclass(frozen=True)
class Response(_Buffered):
    """One buffered HTTP response; header names are in lower case."""

    status: int

    @property
    def ok(self) -> bool:
        """Whether it is not an error."""
        return self.status < _FIRST_OTHER

    def json(self) -> Any:
        """Return the decoded JSON body."""
        return json.loads(self.body)

    def with_json(self, value: Any) -> "Response":
        """Return the response with a JSON body."""
        return self.with_body(json.dumps(value).encode())

    async def send(self, send: Send) -> None:
        """Send it as ASGI messages."""
        headers = _with_length(self.headers, len(self.body))
        await send(
            {"type": "http.response.start", "status": self.status, "headers": _encoded(headers)}
        )
        await send({"type": "http.response.body", "body": self.body, "more_body": False})


def header_of(scope: Scope, name: bytes) -> str:
    """Return the first header of an ASGI scope of that name (lower case), empty if none."""
    return next((value.decode("latin-1") for key, value in scope["headers"] if key == name), "")


def host_name(host: str) -> str:
    """Return the name in a Host header in lower case; empty if name or port are invalid."""
    try:
        parts = urlsplit(f"//{host}")
        name, _ = parts.hostname, parts.port
    except ValueError:
        return ""
    return (name or "").lower()


def request_head(scope: Scope) -> Request:
    """Return a request without its body."""
    return Request(
        method=scope["method"],
        path=scope["path"],
        query=scope.get("query_string", b"").decode("latin-1"),
        encoded_path=(scope.get("raw_path") or b"").decode("latin-1"),
        headers=_decoded(scope["headers"]),
    )


async def read_request(scope: Scope, receive: Receive, *, largest: int | None = None) -> Request:
    """Read one complete request.

    Raises:
        ClientDisconnect: The client has disconnected.
        EmulatorError: Its body is larger than ``largest`` bytes.
    """
    body, size = bytearray(), 0
    async for chunk in requests.Request(scope, receive).stream():
        size += len(chunk)
        if largest is None or size <= largest:
            body += chunk
    if largest is not None and size > largest:
        raise EmulatorError(f"an API call of {size} bytes; the largest is {largest}")
    return replace(request_head(scope), body=bytes(body))


def replayed(request: Request, receive: Receive) -> Receive:
    """Return the receive channel of a request whose body has been read."""
    pending = [request.body]

    async def receive_again() -> Message:
        if pending:
            return {"type": "http.request", "body": pending.pop(), "more_body": False}
        return await receive()

    return receive_again


def without_cors(send: Send) -> Send:
    """Return a send channel that removes the permissions for pages of other origins."""

    async def send_message(message: Message) -> None:
        if message["type"] == "http.response.start":
            kept = [
                pair
                for pair in message.get("headers", ())
                if not pair[0].lower().startswith(b"access-control-")
            ]
            message = {**message, "headers": kept}
        await send(message)

    return send_message


async def send_request(app: ASGIApp, request: Request) -> Response:
    """Send a request to an ASGI application and return its complete response.

    It runs in a new task, so that context variables set by the application do not leak.
    """
    collector = Collector()

    async def receive() -> Message:  # the client does not disconnect
        return await asyncio.get_running_loop().create_future()  # type: ignore[no-any-return]

    async def run() -> None:
        await app(_scope(request), replayed(request, receive), collector.send)

    await asyncio.create_task(run())
    return collector.response


class Collector:
    """Collects the ASGI messages of a response."""

    def __init__(self) -> None:
        self._head: Message = {"status": _SERVER_ERROR}
        self._chunks: list[bytes] = []

    async def send(self, message: Message) -> None:
        """Receive one message."""
        if message["type"] == "http.response.start":
            self._head.update(message)
        self._chunks.append(message.get("body", b""))

    @property
    def response(self) -> Response:
        """The response so far; before its start one with status 500."""
        headers = _decoded(self._head.get("headers", ()))
        return Response(self._head["status"], headers=headers, body=b"".join(self._chunks))


def _scope(request: Request) -> Scope:
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": request.method,
        "scheme": "http",
        "path": request.path,
        "raw_path": request.raw_path.encode("ascii"),
        "query_string": request.query.encode("latin-1"),
        "root_path": "",
        "headers": _encoded(request.headers),
        "client": _LOOPBACK,
        "server": _LOOPBACK,
    }


def _encoded(headers: HeaderPairs) -> list[tuple[bytes, bytes]]:
    return [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers]


def _decoded(headers: Iterable[tuple[bytes, bytes]]) -> HeaderPairs:
    return tuple(
        (name.decode("latin-1").lower(), value.decode("latin-1")) for name, value in headers
    )


def _with_length(headers: HeaderPairs, length: int) -> HeaderPairs:
    kept = tuple(pair for pair in headers if pair[0] not in ("content-length", "transfer-encoding"))
    return (*kept, ("content-length", str(length)))
