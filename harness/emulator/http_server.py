"""Serves an ASGI application over HTTP, without WebSockets, on a socket that is bound already."""

import asyncio
from collections.abc import Awaitable, Iterator
from contextlib import contextmanager
from socket import socket
from typing import Any, cast

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol


class _OneWrite:
    """A transport that writes two parts that follow at once together: each write wakes the client.

    Never more than two, or uvicorn would not notice that the client reads too slowly.
    """

    def __init__(self, transport: Any) -> None:
        self._transport = transport
        self._pending = b""

    def write(self, data: bytes) -> None:
        first = not self._pending
        self._pending += data
        if first:
            asyncio.get_running_loop().call_soon(self._flush)
        else:
            self._flush()

    def close(self) -> None:
        self._flush()
        self._transport.close()

    def _flush(self) -> None:
        pending, self._pending = self._pending, b""
        self._transport.write(pending)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)


class _Protocol(HttpToolsProtocol):
    def connection_made(self, transport: Any) -> None:
        super().connection_made(cast("Any", _OneWrite(transport)))


class _Server(uvicorn.Server):
    """A server that leaves the signals to the process that it is a part of."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


async def serve(
    app: Any, listener: socket, *, stopped: Awaitable[object], keep_alive: int, grace: int
) -> None:
    """Serve until ``stopped`` returns; the listener is closed then.

    Args:
        app: The application; with a lifespan, which the first and the last message belong to.
        keep_alive: Seconds after which an idle connection is closed.
        grace: Seconds after which open requests are cancelled at the end.
    """
    server = _Server(
        uvicorn.Config(
            app,
            http=_Protocol,
            ws="none",
            log_config=None,
            access_log=False,
            server_header=False,
            date_header=False,  # MiniStack sends it
            proxy_headers=False,
            timeout_keep_alive=keep_alive,
            timeout_graceful_shutdown=grace,
        )
    )
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    stopping = asyncio.ensure_future(stopped)
    try:
        await asyncio.wait((serving, stopping), return_when=asyncio.FIRST_COMPLETED)
    finally:
        stopping.cancel()
        server.should_exit = True
        await serving
