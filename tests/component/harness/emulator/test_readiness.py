"""Waiting for a gateway."""

import asyncio
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from harness.core.errors import EmulatorError
from harness.emulator import readiness
from harness.emulator.readiness import save_database_ca, wait_for_gateway
from tests.component.harness.targets.http_server import Answer, Request, Server, http_server


@pytest.fixture(autouse=True)
def proxy_of_the_user(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")


@pytest.fixture
def unready_at_first() -> Iterator[Server]:
    requests: list[Request] = []

    def respond(seen: Request) -> Answer:
        requests.append(seen)
        return Answer(200 if len(requests) > 2 else 503)

    with http_server(respond) as server:
        yield server


@pytest.fixture
def closed_endpoint() -> str:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{probe.getsockname()[1]}"


async def wait_for(endpoint: str, *, status: int | None = None) -> None:
    """Wait for a gateway whose process runs on, or has ended with a status."""
    running: asyncio.Future[int] = asyncio.get_running_loop().create_future()

    async def process() -> int:
        return await running

    ended = asyncio.create_task(process())
    if status is not None:
        running.set_result(status)
        await ended
    try:
        await wait_for_gateway(endpoint, ended)
    finally:
        ended.cancel()


def test_it_is_ready_once_it_responds_with_200(unready_at_first: Server) -> None:
    asyncio.run(wait_for(unready_at_first.endpoint))

    assert [request.path for request in unready_at_first.requests] == ["/_ministack/ready"] * 3


def test_a_process_that_has_ended_never_becomes_ready(closed_endpoint: str) -> None:
    with pytest.raises(EmulatorError, match="ended with status 3 before it was ready"):
        asyncio.run(wait_for(closed_endpoint, status=3))


def test_a_gateway_that_does_not_respond_in_time_is_an_error(
    closed_endpoint: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(readiness, "_READY_SECONDS", 0.2)

    with pytest.raises(
        EmulatorError, match=r"did not respond within 0\.2 s; last error: .*refused"
    ):
        asyncio.run(wait_for(closed_endpoint))


def test_the_authority_of_the_databases_is_readable_by_all_users(tmp_path: Path) -> None:
    path = tmp_path / "ca.pem"
    with http_server(lambda _: Answer(200, b"-----BEGIN")) as server:
        asyncio.run(save_database_ca(server.endpoint, path))

    assert path.read_bytes() == b"-----BEGIN"
    assert path.stat().st_mode & 0o777 == 0o644
    assert server.requests[0].path == "/_ministack/rds/ca.pem"
