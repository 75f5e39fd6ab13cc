import json
import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from stack.api.identity import find_task_id

ARN = "arn:aws:ecs:eu-north-1:000000000000:task/catalog-pr1/158d1c8083dd49d6b527399fd6414f5c"


class MetadataEndpoint(HTTPServer):
    body = json.dumps({"Cluster": "catalog-pr1", "TaskARN": ARN}).encode()
    status = 200
    requested: str | None = None


class Handler(BaseHTTPRequestHandler):
    server: MetadataEndpoint

    def do_GET(self) -> None:
        self.server.requested = self.path
        self.send_response(self.server.status)
        self.end_headers()
        self.wfile.write(self.server.body)

    def log_message(self, *arguments: object) -> None:
        pass


@pytest.fixture
def endpoint() -> Iterator[MetadataEndpoint]:
    with MetadataEndpoint(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def environment_of(endpoint: MetadataEndpoint) -> dict[str, str]:
    uri = f"http://127.0.0.1:{endpoint.server_port}/v4/abc"
    return {"ECS_CONTAINER_METADATA_URI_V4": uri, "HOSTNAME": "container-7"}


def test_the_id_is_the_last_part_of_the_arn(endpoint: MetadataEndpoint) -> None:
    assert find_task_id(environment_of(endpoint)) == "158d1c8083dd49d6b527399fd6414f5c"
    assert endpoint.requested == "/v4/abc/task"


def test_no_proxy_is_used(endpoint: MetadataEndpoint, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    assert find_task_id(environment_of(endpoint)) == "158d1c8083dd49d6b527399fd6414f5c"


@pytest.mark.parametrize(
    "body",
    [
        b"not json",
        b"[]",
        b"{}",
        b'{"TaskARN": null}',
        b'{"TaskARN": "a/b\\r\\nX-Evil: 1"}',
        b'{"TaskARN": "a/"}',
    ],
)
def test_with_a_response_without_a_valid_arn_it_is_the_name_of_the_container(
    endpoint: MetadataEndpoint, body: bytes
) -> None:
    endpoint.body = body
    assert find_task_id(environment_of(endpoint)) in ("container-7", "None")


def test_with_an_error_of_the_endpoint_it_is_the_name_of_the_container(
    endpoint: MetadataEndpoint,
) -> None:
    endpoint.status = 500
    assert find_task_id(environment_of(endpoint)) == "container-7"


@pytest.mark.parametrize("uri", ["http://127.0.0.1:1/v4", "file:///etc/passwd", "", "nonsense"])
def test_with_an_unreachable_endpoint_it_is_the_name_of_the_container(uri: str) -> None:
    environment = {"ECS_CONTAINER_METADATA_URI_V4": uri, "HOSTNAME": "container-7"}
    assert find_task_id(environment) == "container-7"


def test_otherwise_it_is_the_name_of_the_machine() -> None:
    assert find_task_id({}) == socket.gethostname()
