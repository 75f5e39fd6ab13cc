import runpy
import subprocess
import sys
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest

from stack.api import healthcheck
from stack.api.healthcheck import is_healthy
from tests.component.stack.api.test_main import SOURCES


class Endpoint(HTTPServer):
    status = 200
    requested: str | None = None


class Handler(BaseHTTPRequestHandler):
    server: Endpoint

    def do_GET(self) -> None:
        self.server.requested = self.path
        self.send_response(self.server.status)
        self.end_headers()

    def log_message(self, *arguments: object) -> None:
        pass


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    with Endpoint(("127.0.0.1", 0), Handler) as server:
        thread = Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.mark.parametrize("host", [None, "", "127.0.0.1", "0.0.0.0"])  # noqa: S104
def test_a_service_that_responds_with_200_is_healthy(endpoint: Endpoint, host: str | None) -> None:
    environment = {"PORT": str(endpoint.server_port)}
    assert is_healthy(environment if host is None else environment | {"HOST": host})
    assert endpoint.requested == "/healthz"


@pytest.mark.parametrize("status", [301, 404, 500, 503])
def test_any_other_status_is_unhealthy(endpoint: Endpoint, status: int) -> None:
    endpoint.status = status
    assert not is_healthy({"PORT": str(endpoint.server_port)})


def test_no_response_is_unhealthy() -> None:
    assert not is_healthy({"HOST": "127.0.0.1", "PORT": "1"})


def test_the_exit_status_is_the_result(endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch) -> None:
    def status(port: int) -> object:
        monkeypatch.setenv("PORT", str(port))
        with pytest.raises(SystemExit) as ended:
            runpy.run_path(healthcheck.__file__, run_name="__main__")
        return ended.value.code

    monkeypatch.delenv("HOST", raising=False)
    assert (status(endpoint.server_port), status(1)) == (0, 1)


def test_only_the_standard_library_is_loaded() -> None:
    program = "import sys, stack.api.healthcheck; print(*sys.modules)"
    loaded = subprocess.run(
        (sys.executable, "-S", "-c", program),
        cwd=SOURCES,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()
    assert not {"fastapi", "psycopg", "uvicorn", "pydantic"} & set(loaded)
