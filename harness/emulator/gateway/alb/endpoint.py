"""The endpoint of a target group: forwards each connection to a target of the group.

The data planes of MiniStack (load balancer, CloudFront) apply listeners, rules and policies,
then send each request on a new connection to this endpoint.
"""

import asyncio
import contextlib
from dataclasses import dataclass

from harness.emulator.gateway.alb.target_group import TargetGroup

_BAD_GATEWAY = 502
_UNAVAILABLE = 503
_GATEWAY_TIMEOUT = 504
_TITLES = {
    _BAD_GATEWAY: "502 Bad Gateway",
    _UNAVAILABLE: "503 Service Temporarily Unavailable",
    _GATEWAY_TIMEOUT: "504 Gateway Time-out",
}
LOOPBACK = "127.0.0.1"
# https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-troubleshooting.html
_CONNECT_SECONDS = 10.0
_LINGER_SECONDS = 2.0
_CHUNK = 64 * 1024
_STATUS_AT = slice(9, 12)


@dataclass(frozen=True)
class _Stream:
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter


class Endpoint:
    """A loopback listener that forwards every connection to a target of one group."""

    def __init__(self, group: TargetGroup) -> None:
        self._group = group
        self._server: asyncio.Server | None = None
        self._serving: set[asyncio.Task[None]] = set()
        self.port = 0

    async def open(self) -> None:
        """Listen on a free port of 127.0.0.1."""
        self._server = await asyncio.start_server(self._accept, LOOPBACK, 0)
        self.port = self._server.sockets[0].getsockname()[1]

    async def close(self) -> None:
        """Stop listening and cancel open connections."""
        if self._server is not None:
            self._server.close()
        for task in self._serving:
            task.cancel()
        await asyncio.gather(*self._serving, return_exceptions=True)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        # A new task: Python 3.11 logs an error when the task of the server is cancelled.
        task = asyncio.create_task(self._serve(_Stream(reader, writer)))
        self._serving.add(task)
        try:
            await asyncio.wait({task})
        finally:
            self._serving.discard(task)
            writer.close()

    async def _serve(self, client: _Stream) -> None:
        with contextlib.suppress(ConnectionError):  # the client has disconnected
            target = await self._connect()
            status = target if isinstance(target, int) else await self._relay(client, target)
            if status is not None:
                await self._send_error(client, status)

    async def _connect(self) -> _Stream | int:
        """Return the stream to the next target, or an error status.

        On AWS, ECS deregisters a task before it stops it; in MiniStack just after. If a target
        refuses and is no longer registered, the next one is tried.
        """
        if not self._group.registered:
            await self._group.refresh()
        while (address := self._group.pick()) is not None:
            try:
                async with asyncio.timeout(_CONNECT_SECONDS):
                    return _Stream(*await asyncio.open_connection(address.id, address.port))
            except TimeoutError:
                return _GATEWAY_TIMEOUT
            except OSError:
                await self._group.refresh()
                if address in self._group.registered:
                    return _BAD_GATEWAY
        return _UNAVAILABLE

    async def _relay(self, client: _Stream, target: _Stream) -> int | None:
        """Copy both directions to the end; return an error status if the target did not respond."""
        request = asyncio.create_task(_copy(client.reader, target.writer))
        response = asyncio.create_task(self._copy_response(client, target))
        try:
            await asyncio.wait({request, response}, return_when=asyncio.FIRST_COMPLETED)
            client_disconnected = not response.done() and request.exception() is None
            return None if client_disconnected else await response
        finally:
            for task in (request, response):
                task.cancel()
            await asyncio.gather(request, response, return_exceptions=True)
            target.writer.close()

    async def _copy_response(self, client: _Stream, target: _Stream) -> int | None:
        first = True
        while True:
            try:
                async with asyncio.timeout(self._group.configuration.idle_seconds):
                    chunk = await target.reader.read(_CHUNK)
            except TimeoutError:
                return _GATEWAY_TIMEOUT if first else None
            except ConnectionError:
                chunk = b""
            if not chunk:
                return _BAD_GATEWAY if first else None
            if first:
                self._group.responses[f"{chunk[_STATUS_AT].decode('latin-1')[:1]}xx"] += 1
                first = False
            client.writer.write(chunk)
            await client.writer.drain()

    async def _send_error(self, client: _Stream, status: int) -> None:
        self._group.responses[f"elb-{status}"] += 1
        client.writer.write(_error_page(status))
        await client.writer.drain()
        client.writer.write_eof()
        # Closing with unread input resets the connection, and the client loses the page.
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_LINGER_SECONDS):
                while await client.reader.read(_CHUNK):
                    pass


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while chunk := await reader.read(_CHUNK):
        writer.write(chunk)
        await writer.drain()


def _error_page(status: int) -> bytes:
    """Return the complete HTTP response for one of the three statuses."""
    title = _TITLES[status]
    body = (
        f"<html>\r\n<head><title>{title}</title></head>\r\n<body>\r\n"
        f"<center><h1>{title}</h1></center>\r\n</body>\r\n</html>\r\n"
    )
    head = (
        f"HTTP/1.1 {title}\r\nServer: awselb/2.0\r\nContent-Type: text/html\r\n"
        f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    )
    return (head + body).encode("ascii")
