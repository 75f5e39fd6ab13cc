"""A real HTTP server on loopback (or a Unix socket) that records its requests."""

import json
import socketserver
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Request:
    """One request as it arrived."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True)
class Answer:
    """A response of the server."""

    status: int = 200
    body: bytes = b"{}"
    headers: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, value: Any, status: int = 200) -> "Answer":
        return cls(status, json.dumps(value).encode())


Respond = Callable[[Request], Answer]


@dataclass(frozen=True)
class Server:
    """A running server."""

    endpoint: str
    requests: list[Request]


def _handler(respond: Respond, requests: list[Request]) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def handle_any(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            body = self.rfile.read(length)
            headers = {name.lower(): value for name, value in self.headers.items()}
            # The cloud of another test may still probe this port, which was that of its task.
            if headers.get("user-agent", "").startswith("ELB-HealthChecker"):
                self.send_error(HTTPStatus.NOT_FOUND)
                return
            requests.append(Request(self.command, self.path, headers, body))
            answer = respond(requests[-1])
            self.send_response(answer.status)
            for name, value in {"Content-Length": str(len(answer.body)), **answer.headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(answer.body)

        do_GET = do_POST = do_PUT = do_DELETE = handle_any  # noqa: N815 -- http.server's names

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            pass

        def address_string(self) -> str:
            return "test"

    return Handler


class _HttpServer(ThreadingHTTPServer):
    # With the default of five, the last of eight concurrent connections waits for a second.
    request_queue_size = 64


@contextmanager
def http_server(respond: Respond = lambda _: Answer()) -> Iterator[Server]:
    """Serve on a free port of 127.0.0.1."""
    requests: list[Request] = []
    with _serving(_HttpServer(("127.0.0.1", 0), _handler(respond, requests))) as server:
        yield Server(f"http://127.0.0.1:{server.server_address[1]}", requests)


class _UnixServer(socketserver.ThreadingUnixStreamServer):
    daemon_threads = True


@contextmanager
def unix_server(path: Path, respond: Respond) -> Iterator[Server]:
    """Serve on a Unix socket."""
    requests: list[Request] = []
    with _serving(_UnixServer(str(path), _handler(respond, requests))):
        yield Server(f"unix://{path}", requests)


@contextmanager
def _serving(server: Any) -> Iterator[Any]:
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
