"""A call that an SDK sends again after its response was lost is served only once.

Every attempt at a call of an AWS SDK has one ``amz-sdk-invocation-id``. AWS serves each; here more
connections break, and a second subnet, for example, would keep its VPC from being deleted.

https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html
"""

import asyncio
import hashlib
from collections import OrderedDict
from collections.abc import Awaitable, Callable

from starlette.types import Message, Send

from harness.emulator.gateway.caller import Signature
from harness.emulator.gateway.http import Collector, Request, Response

READS = ("BatchGet", "Describe", "Get", "Head", "List")
_MOST_CALLS = 256
_LARGEST_RESPONSE = 256 * 1024

_Key = tuple[Signature, str, str]


class RepeatedCalls:
    """Replays the responses of successful calls that change something; the last 256 of them."""

    def __init__(self) -> None:
        self._responses: OrderedDict[_Key, asyncio.Future[Response | None]] = OrderedDict()

    async def serve(
        self,
        request: Request,
        signature: Signature,
        send: Send,
        *,
        operation: str,
        serve: Callable[[Send], Awaitable[None]],
    ) -> None:
        """Serve a call, or send the response to an earlier attempt at it.

        It waits for an earlier attempt. ``operation`` is empty in the protocols without one.
        """
        invocation = request.header("amz-sdk-invocation-id")
        if not invocation or operation.startswith(READS) or request.method in ("GET", "HEAD"):
            await serve(send)
            return
        key = (signature, invocation, _digest(request))
        while earlier := self._responses.get(key):
            if response := await asyncio.shield(earlier):
                await response.send(send)
                return
        await self._first(key, send, serve)

    async def _first(self, key: _Key, send: Send, serve: Callable[[Send], Awaitable[None]]) -> None:
        self._responses[key] = future = asyncio.get_running_loop().create_future()
        collector = Collector()

        async def send_and_collect(message: Message) -> None:
            await collector.send(message)
            await send(message)

        response: Response | None = None
        try:
            await serve(send_and_collect)
            response = collector.response
        finally:
            if response is None or not response.ok or len(response.body) > _LARGEST_RESPONSE:
                response = None
                self._responses.pop(key, None)
            future.set_result(response)
            while len(self._responses) > _MOST_CALLS:
                self._responses.popitem(last=False)


def _digest(request: Request) -> str:
    parts = (request.method, request.raw_path, request.query)
    return hashlib.sha256("\n".join(parts).encode() + b"\n" + request.body).hexdigest()
