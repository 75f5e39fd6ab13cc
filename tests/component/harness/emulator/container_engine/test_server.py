import asyncio
import http.client
import signal
import socket
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from harness.core.errors import EmulatorError
from harness.emulator.container_engine.config import EngineConfig
from harness.emulator.container_engine.container import Container
from harness.emulator.container_engine.logs import ContainerLog, LogEntry, LogQuery
from harness.emulator.container_engine.server import running_engine
from tests.component.harness.emulator.container_engine.docker_client import PORT
from tests.unit.harness.emulator.container_engine.script_image import ScriptImage

pytestmark = pytest.mark.anyio


def get(path: Path, url: str) -> tuple[int, bytes]:
    with socket.socket(socket.AF_UNIX) as client:
        client.settimeout(10)
        client.connect(str(path))
        client.sendall(f"GET {url} HTTP/1.1\r\nHost: docker\r\nConnection: close\r\n\r\n".encode())
        response = http.client.HTTPResponse(client)
        response.begin()
        return response.status, response.read()


@pytest.fixture
def config(config: EngineConfig) -> EngineConfig:
    return replace(config, images=(ScriptImage(port=PORT),))


async def test_an_engine_serves_its_socket_and_leaves_nothing_behind(config: EngineConfig) -> None:
    async with running_engine(config) as engine:
        container = await engine.create("task", {"Image": "example/script"})
        await engine.start(container)
        assert config.socket.stat().st_mode & 0o777 == 0o600
        status, body = await asyncio.to_thread(get, config.socket, "/v1.47/containers/json")
        assert status == 200
        assert container.id.encode() in body
    assert container.state.status == "exited"
    assert list(config.socket.parent.iterdir()) == []


async def test_an_engine_leaves_the_signals_to_its_process(config: EngineConfig) -> None:
    before = signal.getsignal(signal.SIGTERM)
    async with running_engine(config):
        await asyncio.to_thread(get, config.socket, "/_ping")
        assert signal.getsignal(signal.SIGTERM) is before


async def test_containers_are_stopped_when_the_caller_fails(config: EngineConfig) -> None:
    async def fail() -> None:
        async with running_engine(config) as engine:
            container = await engine.create("task", {"Image": "example/script"})
            await engine.start(container)
            started.append(container)
            raise KeyError("the caller's")

    started: list[Container] = []
    with pytest.raises(KeyError, match="the caller's"):
        await fail()
    assert started[0].state.status == "exited"


async def test_a_waiting_client_does_not_delay_the_shutdown(
    config: EngineConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    following = asyncio.Event()
    read = ContainerLog.read

    def follow(log: ContainerLog, query: LogQuery) -> AsyncIterator[LogEntry]:
        following.set()
        return read(log, query)

    monkeypatch.setattr(ContainerLog, "read", follow)
    async with running_engine(config) as engine:
        container = await engine.create("task", {"Image": "example/script"})
        await engine.start(container)
        url = "/containers/task/logs?stdout=1&follow=1"
        request = asyncio.create_task(asyncio.to_thread(get, config.socket, url))
        async with asyncio.timeout(10):
            await following.wait()
    assert b"listening" in (await request)[1]


async def test_a_socket_that_cannot_be_created_is_an_error(config: EngineConfig) -> None:
    config = replace(config, socket=config.socket.parent / "absent" / "docker.sock")
    with pytest.raises(EmulatorError, match="cannot serve the container engine"):
        async with running_engine(config):
            pass
    assert not config.directory.exists()
