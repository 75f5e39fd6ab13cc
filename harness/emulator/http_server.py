"""Serves an ASGI application over HTTP, without WebSockets, on a socket that is bound already."""

import asyncio
from collections.abc import Awaitable, Iterator
from contextlib import contextmanager
from socket import socket
from typing import Any

import uvicorn


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
            http="httptools",
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
