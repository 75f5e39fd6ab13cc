"""A proxy before a cloud that injects faults into calls of its API."""

import http.client
import re
import socket
import struct
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

ALWAYS = 10**9
_STALL_SECONDS = 30.0


@dataclass
class Fault:
    """A fault of one operation.

    Attributes:
        operation: Regular expression of the operation ("CreateSecret"), or of method and path.
        kind: An error code of AWS, ``500``, ``reset`` (before it is served), ``lost`` (reset after
            it was served), or ``stall`` (served half a minute later).
        times: How many calls are left that it happens to.
        happened: How many calls it has happened to.
    """

    operation: str
    kind: str
    times: int = 1
    happened: int = 0


class FaultyProxy(ThreadingHTTPServer):
    """Forwards each request unchanged, with the signed Host header, unless a fault matches."""

    daemon_threads = True

    def __init__(self, endpoint: str) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.upstream = urlsplit(endpoint).netloc
        self.faults: list[Fault] = []
        self.operations: list[str] = []
        self._lock = threading.Lock()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    @classmethod
    @contextmanager
    def before(cls, endpoint: str) -> "Iterator[FaultyProxy]":
        with cls(endpoint) as proxy:
            thread = threading.Thread(target=proxy.serve_forever, daemon=True)
            thread.start()
            try:
                yield proxy
            finally:
                proxy.shutdown()
                thread.join()

    def fault_of(self, operation: str) -> str:
        """Return the kind of the fault that happens to a call; empty for none."""
        with self._lock:
            self.operations.append(operation)
            for fault in self.faults:
                if fault.times > 0 and re.search(fault.operation, operation):
                    fault.times -= 1
                    fault.happened += 1
                    return fault.kind
        return ""

    def handle_error(self, *_: Any) -> None:
        """Ignore clients that disconnect."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: FaultyProxy

    def log_message(self, *_: Any) -> None:
        """Log nothing."""

    def _serve(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        kind = self.server.fault_of(self._operation(body))
        if kind == "reset":
            return self._reset()
        if kind == "stall":
            time.sleep(_STALL_SECONDS)
        elif kind and kind != "lost":
            return self._refuse(kind)
        status, headers, content = self._forward(body)
        if kind == "lost":
            return self._reset()
        self._send(status, headers, content)
        return None

    do_GET = do_PUT = do_POST = do_DELETE = do_HEAD = do_PATCH = _serve  # noqa: N815

    def _operation(self, body: bytes) -> str:
        if target := self.headers.get("x-amz-target"):
            return target.rpartition(".")[2]
        if "urlencoded" in (self.headers.get("content-type") or ""):
            return parse_qs(body.decode("latin-1")).get("Action", [""])[0]
        return f"{self.command} {self.path}"

    def _forward(self, body: bytes) -> tuple[int, list[tuple[str, str]], bytes]:
        connection = http.client.HTTPConnection(self.server.upstream, timeout=120)
        try:
            connection.putrequest(
                self.command, self.path, skip_host=True, skip_accept_encoding=True
            )
            for name, value in self.headers.items():
                connection.putheader(name, value)
            connection.endheaders(body)
            response = connection.getresponse()
            return response.status, response.getheaders(), response.read()
        finally:
            connection.close()

    def _refuse(self, kind: str) -> None:
        status = 500 if kind == "500" else 400
        code = "InternalFailure" if kind == "500" else kind
        if self.headers.get("x-amz-target"):
            body, content = f'{{"__type": "{code}", "message": "injected"}}', "json"
        else:
            error = f"<Code>{code}</Code><Message>injected</Message>"
            body, content = f"<Response><Errors><Error>{error}</Error></Errors></Response>", "xml"
            if "Action" not in self._operation(b"") and self.command != "POST":
                body = f"<Error>{error}</Error>"
        self._send(status, [("content-type", f"text/{content}")], body.encode())

    def _send(self, status: int, headers: list[tuple[str, str]], body: bytes) -> None:
        self.send_response_only(status)
        for name, value in headers:
            if name.lower() not in ("content-length", "transfer-encoding", "connection"):
                self.send_header(name, value)
        length = str(len(body))
        if self.command == "HEAD":
            length = {n.lower(): v for n, v in headers}.get("content-length", length)
        self.send_header("content-length", length)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def _reset(self) -> None:
        """Close the connection with RST."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close_connection = True
        self.connection.close()
