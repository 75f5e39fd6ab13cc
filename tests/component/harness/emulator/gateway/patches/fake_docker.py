"""A container engine without images."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from socketserver import ThreadingUnixStreamServer
from tempfile import TemporaryDirectory


class _Handler(BaseHTTPRequestHandler):
    def respond(self) -> None:
        version = self.path.endswith("/version")
        body = {"ApiVersion": "1.47", "Version": "27"} if version else {"message": "unknown"}
        listing = self.path.partition("?")[0].endswith("/containers/json")
        text = json.dumps([] if listing else body).encode()
        self.send_response(200 if version or listing else 404)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    do_GET = do_POST = do_DELETE = respond  # noqa: N815

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        pass


class _Server(ThreadingUnixStreamServer):
    daemon_threads = True


@contextmanager
def engine_without_images() -> Iterator[Path]:
    # Not pytest's temporary folders: paths of sockets must be short.
    with (
        TemporaryDirectory(prefix="engine-") as directory,
        _Server(f"{directory}/docker.sock", _Handler) as server,
    ):
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield Path(directory) / "docker.sock"
        finally:
            server.shutdown()
            thread.join()
