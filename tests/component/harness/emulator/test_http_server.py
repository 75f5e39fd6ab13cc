import asyncio
import socket
from asyncio.selector_events import _SelectorSocketTransport  # type: ignore[attr-defined]
from collections.abc import AsyncIterator

import pytest
from starlette.responses import PlainTextResponse, StreamingResponse
from starlette.types import Receive, Scope, Send

from harness.emulator.http_server import serve

pytestmark = pytest.mark.anyio

REQUEST = b"GET %b HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"


async def app(scope: Scope, receive: Receive, send: Send) -> None:
    """Respond at once, in two parts with a pause between them, or in a thousand without one."""

    async def parts() -> AsyncIterator[bytes]:
        yield b"first "
        await asyncio.sleep(0.01)
        yield b"second"

    async def many() -> AsyncIterator[bytes]:
        for _ in range(1000):
            yield b"x" * 1000

    streams = {"/slow": parts, "/large": many}
    stream = streams.get(scope["path"])
    response = StreamingResponse(stream()) if stream else PlainTextResponse("body")
    await response(scope, receive, send)


@pytest.fixture
def writes(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """What the server writes to its socket."""
    written: list[bytes] = []
    write = _SelectorSocketTransport.write

    def record(transport: object, data: bytes) -> None:
        if data and (data.startswith(b"HTTP/") or written):
            written.append(data)
        write(transport, data)

    monkeypatch.setattr(_SelectorSocketTransport, "write", record)
    return written


async def exchange(path: bytes, request: bytes = REQUEST) -> bytes:
    """Return a response of the application, read to its end."""
    listener = socket.create_server(("127.0.0.1", 0))
    stop = asyncio.Event()
    serving = asyncio.create_task(serve(app, listener, stopped=stop.wait(), keep_alive=5, grace=1))
    reader, writer = await asyncio.open_connection(*listener.getsockname())
    writer.write(request % path)
    async with asyncio.timeout(10):
        response = await reader.read()
    writer.close()
    stop.set()
    await serving
    return response


async def test_head_and_body_of_a_response_are_one_write(writes: list[bytes]) -> None:
    assert (await exchange(b"/")).endswith(b"\r\n\r\nbody")
    assert len(writes) == 1


async def test_a_part_of_a_body_does_not_wait_for_the_next(writes: list[bytes]) -> None:
    assert (await exchange(b"/slow")).startswith(b"HTTP/1.1 200 OK")
    assert b"first" in writes[0]
    assert b"second" not in writes[0]


async def test_a_long_body_is_not_collected_before_it_is_written(writes: list[bytes]) -> None:
    assert (await exchange(b"/large")).count(b"x") == 1_000_000
    assert max(len(each) for each in writes) < 3000


async def test_what_is_written_before_the_connection_is_closed_arrives() -> None:
    assert (await exchange(b"/", b"no HTTP %b\r\n\r\n")).startswith(b"HTTP/1.1 400 Bad Request")
