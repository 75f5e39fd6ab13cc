"""Questions to programs: do you listen, do you serve?"""

import asyncio
import contextlib
from collections.abc import AsyncIterator

_ANSWER_SECONDS = 5.0


async def port_listens(address: str, port: int) -> bool:
    """Whether something accepts connections there."""
    try:
        async with _connection(address, port):
            return True
    except OSError:
        return False


async def answers_ok(address: str, port: int, path: str) -> bool:
    """Whether an HTTP server there answers a GET with 200, within five seconds."""
    request = f"GET {path} HTTP/1.1\r\nHost: {address}:{port}\r\nConnection: close\r\n\r\n"
    try:
        async with asyncio.timeout(_ANSWER_SECONDS), _connection(address, port) as (reader, writer):
            writer.write(request.encode())
            return (await reader.readline()).split()[1:2] == [b"200"]
    except (OSError, TimeoutError):
        return False


@contextlib.asynccontextmanager
async def _connection(
    address: str, port: int
) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    reader, writer = await asyncio.open_connection(address, port)
    try:
        yield reader, writer
    finally:
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()
