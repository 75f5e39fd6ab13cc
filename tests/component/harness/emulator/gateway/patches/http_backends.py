"""HTTP servers in threads of the test process, as targets of a real emulator."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Backend(ThreadingHTTPServer):
    """Responds with its name, path and Host; to /healthz with the status ``health``."""

    daemon_threads = True

    def __init__(self, name: str) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.name = name
        self.health = 200

    @property
    def port(self) -> int:
        return int(self.server_address[1])


class _Handler(BaseHTTPRequestHandler):
    server: Backend

    def do_GET(self) -> None:
        healthy = self.path != "/healthz"
        body = f"{self.server.name} {self.path} {self.headers['Host']}".encode()
        self.send_response(200 if healthy else self.server.health)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        pass


@contextmanager
def backends(*names: str) -> Iterator[list[Backend]]:
    started = [Backend(name) for name in names]
    threads = [threading.Thread(target=each.serve_forever, args=(0.01,)) for each in started]
    for thread in threads:
        thread.start()
    try:
        yield started
    finally:
        for each, thread in zip(started, threads, strict=True):
            each.shutdown()
            each.server_close()
            thread.join()
