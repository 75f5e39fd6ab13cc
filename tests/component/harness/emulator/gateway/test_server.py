"""The gateway served in the process of the test."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import httpx
import pytest
from starlette.types import Receive, Scope, Send

from harness.core.errors import EmulatorError
from harness.emulator.gateway import __main__ as program
from harness.emulator.gateway.environment import READY_PATH, GatewaySettings
from harness.emulator.gateway.http import Response
from harness.emulator.gateway.server import build, run
from tests.unit.harness.emulator.sample_cloud_info import CREDENTIALS


def settings(*, parent: int | None = None) -> GatewaySettings:
    return GatewaySettings(
        port=0,
        directory=Path("nowhere"),
        parent=parent,
        credentials=CREDENTIALS,
    )


class Inner:
    """Responds with hello; records the events of its lifespan."""

    def __init__(self) -> None:
        self.events: list[str] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "lifespan":
            await Response(200, body=b"hello").send(send)
            return
        while "lifespan.shutdown" not in self.events:
            self.events.append((await receive())["type"])
            await send({"type": f"{self.events[-1]}.complete"})


@pytest.mark.anyio
async def test_it_serves_until_sigterm() -> None:
    inner = Inner()
    bound = program.bind(0)
    port = bound.getsockname()[1]
    running = asyncio.create_task(run(build(inner, inner, settings()), settings(), bound))
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", trust_env=False) as http:
        async with asyncio.timeout(30):
            while not await is_ready(http):
                await asyncio.sleep(0.01)
        response = await http.get(READY_PATH)
        upgrade = {"Connection": "Upgrade", "Upgrade": "websocket"}
        websocket = await http.get("/", headers=upgrade)

    assert not {"date", "server"} & set(response.headers), "MiniStack's own would be the second"
    assert websocket.status_code == 403
    os.kill(os.getpid(), signal.SIGTERM)
    async with asyncio.timeout(30):
        await running

    assert inner.events == ["lifespan.startup", "lifespan.shutdown"]


async def is_ready(http: httpx.AsyncClient) -> bool:
    try:
        return (await http.get(READY_PATH)).text == "hello"
    except httpx.ConnectError:
        return False


@pytest.mark.anyio
async def test_it_stops_when_its_parent_has_ended() -> None:
    inner = Inner()
    ended = subprocess.Popen([sys.executable, "-S", "-c", ""])
    ended.wait()

    async with asyncio.timeout(30):
        await run(build(inner, inner, settings()), settings(parent=ended.pid), program.bind(0))

    assert inner.events == ["lifespan.startup", "lifespan.shutdown"]


def test_the_first_part_of_a_response_does_not_wait_for_the_second() -> None:
    with program.bind(0) as bound:
        assert bound.proto == socket.IPPROTO_TCP, "asyncio sets TCP_NODELAY on such sockets alone"


def test_a_port_in_use_raises_an_error() -> None:
    with program.bind(0) as first:
        port = first.getsockname()[1]
        first.listen()

        with pytest.raises(EmulatorError, match=f"port {port} of 127.0.0.1 cannot be used"):
            program.bind(port)
