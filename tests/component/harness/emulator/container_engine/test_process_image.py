import asyncio

import pytest

from harness.emulator.container_engine.process_image import catalog_api


async def serve(status_lines: list[str]) -> asyncio.Server:
    async def respond(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        request = await reader.readuntil(b"\r\n\r\n")
        assert request.startswith(b"GET /readyz HTTP/1.1\r\n")
        writer.write(status_lines.pop(0).encode())
        writer.close()

    return await asyncio.start_server(respond, "127.0.0.1", 0)


@pytest.mark.anyio
async def test_it_is_ready_once_it_has_reached_the_database() -> None:
    responses = ["", "HTTP/1.1 503 Service Unavailable\r\n\r\n", "HTTP/1.1 200 OK\r\n\r\n"]
    async with await serve(responses) as server:
        settings = {"PORT": str(server.sockets[0].getsockname()[1])}
        image = catalog_api()
        ready = [await image.is_ready("127.0.0.1", settings) for _ in range(3)]
    assert ready == [False, False, True]
    assert not await catalog_api().is_ready("127.0.0.1", settings)
