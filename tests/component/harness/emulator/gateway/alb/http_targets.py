"""HTTP servers on loopback as targets of a load balancer, controlled by the test."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class Target:
    """Responds to every request with its name; records the requests.

    Attributes:
        raw: Response to send instead.
        delayed: Whether to respond only when the client has closed its side.
    """

    def __init__(self, name: str, *, status: int = 200) -> None:
        self.name = name
        self.status = status
        self.received: list[bytes] = []
        self.port = 0
        self.raw: bytes | None = None
        self.delayed = False

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await self.respond(reader, writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass  # the client has disconnected
        finally:
            writer.close()

    async def respond(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        length = next(
            (
                int(line.split(b":")[1])
                for line in head.split(b"\r\n")
                if line.lower().startswith(b"content-length:")
            ),
            0,
        )
        self.received.append(head + await reader.readexactly(length))
        if self.delayed:
            await reader.read()
        writer.write(self.response())
        await writer.drain()

    def response(self) -> bytes:
        if self.raw is not None:
            return self.raw
        body = self.name.encode()
        head = f"HTTP/1.1 {self.status} X\r\ncontent-length: {len(body)}\r\n\r\n"
        return head.encode() + body


@asynccontextmanager
async def serving(target: Target) -> AsyncIterator[Target]:
    server = await asyncio.start_server(target.serve, "127.0.0.1", 0)
    target.port = server.sockets[0].getsockname()[1]
    async with server:
        yield target


async def unused_port() -> int:
    server = await asyncio.start_server(lambda *_: None, "127.0.0.1", 0)
    port: int = server.sockets[0].getsockname()[1]
    server.close()
    await server.wait_closed()
    return port
