"""The gateway: MiniStack with the layers that put its answers right, as one ASGI application."""

from collections.abc import Sequence
from functools import partial
from typing import Protocol

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from harness.emulator.gateway.aws import Accounts
from harness.emulator.gateway.caller import Signature, signature_of
from harness.emulator.gateway.data_plane import Viewers
from harness.emulator.gateway.distributions import Distributions
from harness.emulator.gateway.http import (
    ClientGoneError,
    Request,
    Response,
    ask,
    header_of,
    read_request,
)
from harness.emulator.gateway.patches.base import Call, Repair, json_error
from harness.emulator.gateway.query import form_of
from harness.emulator.gateway.state_store import Memory

_CLOUDFRONT = "cloudfront"
_RESET = "/_ministack/reset"
# Services that MiniStack would let listen on all interfaces of this machine.
_REFUSED = frozenset({"dsql", "transfer"})


class Part(Protocol):
    """Something that works in the background as long as the gateway runs."""

    async def start(self) -> None:
        """Begin; MiniStack answers already."""

    async def stop(self) -> None:
        """End; MiniStack still answers."""


class Gateway:
    """The ASGI application that the gateway process serves.

    API calls of the services that a repair claims are read as a whole and answered through
    the repairs; everything else (uploads, web sockets, viewers) is streamed.

    Args:
        ministack: MiniStack's ASGI application.
        accounts: Resolves access keys.
        repairs: All repairs; the first one sees a call first and its answer last.
        viewers: Takes requests to load balancers and distributions.
        distributions: Told of changes at CloudFront.
        parts: Started after MiniStack, stopped before it.
        memory: Saved when all parts have stopped.
    """

    def __init__(
        self,
        ministack: ASGIApp,
        *,
        accounts: Accounts,
        repairs: Sequence[Repair],
        viewers: Viewers,
        distributions: Distributions,
        parts: Sequence[Part],
        memory: Memory,
    ) -> None:
        self._ministack = ministack
        self._accounts = accounts
        self._repairs = repairs
        self._services = frozenset(repair.service for repair in repairs)
        self._viewers = viewers
        self._distributions = distributions
        self._parts = parts
        self._memory = memory

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one ASGI connection."""
        if scope["type"] == "lifespan":
            await self._live(scope, receive, send)
        elif scope["type"] != "http":
            await self._ministack(scope, receive, send)
        elif self._viewers.claims(scope):
            await self._viewers(scope, receive, send)
        elif scope["path"] == _RESET:
            await self._reset(scope, receive, send)
        else:
            await self._serve_api(scope, receive, send)

    async def _live(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def receive_message() -> Message:
            message = await receive()
            if message["type"] == "lifespan.shutdown":
                await self._stop_parts()
                self._memory.save()
            return message

        async def send_message(message: Message) -> None:
            if message["type"] == "lifespan.startup.complete":
                await self._start_parts()
            await send(message)

        await self._ministack(scope, receive_message, send_message)

    async def _start_parts(self) -> None:
        for part in self._parts:
            await part.start()

    async def _stop_parts(self) -> None:
        for part in reversed(self._parts):
            await part.stop()

    async def _reset(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._stop_parts()
        await self._ministack(scope, receive, send)
        self._memory.clear()
        await self._start_parts()

    async def _serve_api(self, scope: Scope, receive: Receive, send: Send) -> None:
        signature = signature_of(header_of(scope, b"authorization"))
        service = signature.service if signature else ""
        if service in _REFUSED:
            message = f"{service} is switched off: it would listen on all network interfaces"
            await json_error("AccessDeniedException", message).send(send)
        elif signature is None or service not in self._services | {_CLOUDFRONT}:
            await self._ministack(scope, receive, send)
        elif service == _CLOUDFRONT:
            await self._ministack(scope, receive, send)
            tenant = await self._accounts.tenant_of(signature)
            self._distributions.note_change(tenant.account)
        else:
            await self._repair(signature, scope, receive, send)

    async def _repair(
        self, signature: Signature, scope: Scope, receive: Receive, send: Send
    ) -> None:
        try:
            request = await read_request(scope, receive)
        except ClientGoneError:
            return
        response = await self.answer(signature, request)
        await response.send(send)

    async def answer(self, signature: Signature, request: Request) -> Response:
        """Answer one API call through the repairs that claim it."""
        call = Call(
            request=request,
            tenant=await self._accounts.tenant_of(signature),
            service=signature.service,
            operation=_operation(request),
        )
        return await self._through(0, call)

    async def _through(self, index: int, call: Call) -> Response:
        """Answer a call through the repairs from an index on."""
        for position, repair in enumerate(self._repairs[index:], start=index + 1):
            if repair.claims(call):
                return await repair.answer(call, partial(self._through, position))
        return await ask(self._ministack, call.request)


def _operation(request: Request) -> str:
    target = request.header("x-amz-target")
    return target.rpartition(".")[2] if target else form_of(request).get("Action", "")
