"""The gateway: MiniStack, its patches and its data plane as one ASGI application."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from harness.emulator.gateway.aws import Accounts
from harness.emulator.gateway.background import BackgroundService
from harness.emulator.gateway.caller import Signature, signature_of
from harness.emulator.gateway.data_plane import DataPlane
from harness.emulator.gateway.distributions import Distributions
from harness.emulator.gateway.http import (
    Request,
    Response,
    header_of,
    read_request,
    send_request,
)
from harness.emulator.gateway.patches.base import Call, Patch, json_error
from harness.emulator.gateway.query import form_of

_CLOUDFRONT = "cloudfront"
_RESET = "/_ministack/reset"
# Services for which MiniStack would listen on all network interfaces.
_REFUSED = frozenset({"dsql", "transfer"})


class Gateway:
    """The ASGI application that the gateway process serves.

    Calls of services with patches are buffered and passed through the patches; everything else
    (uploads, web sockets, the data plane) is streamed.

    Args:
        ministack: MiniStack's ASGI application.
        accounts: Resolves access keys.
        patches: All patches; the first one receives a call first and its response last.
        data_plane: Serves requests to load balancers and distributions.
        distributions: Invalidated by calls to CloudFront.
        background: Started after MiniStack, stopped before it.
        state: Data of the patches by name; emptied by a reset.
    """

    def __init__(
        self,
        ministack: ASGIApp,
        *,
        accounts: Accounts,
        patches: Sequence[Patch],
        data_plane: DataPlane,
        distributions: Distributions,
        background: Sequence[BackgroundService],
        state: Mapping[str, dict[Any, Any]],
    ) -> None:
        self._ministack = ministack
        self._accounts = accounts
        self._patches = patches
        self._services = frozenset(patch.service for patch in patches)
        self._data_plane = data_plane
        self._distributions = distributions
        self._background = background
        self._state = state

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one ASGI connection."""
        if scope["type"] == "lifespan":
            await self._serve_lifespan(scope, receive, send)
        elif scope["type"] != "http":
            await self._ministack(scope, receive, send)
        elif self._data_plane.matches(scope):
            await self._data_plane(scope, receive, send)
        elif scope["path"] == _RESET:
            await self._reset(scope, receive, send)
        else:
            await self._serve_api(scope, receive, send)

    async def _serve_lifespan(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def receive_message() -> Message:
            message = await receive()
            if message["type"] == "lifespan.shutdown":
                await self._stop_background()
            return message

        async def send_message(message: Message) -> None:
            if message["type"] == "lifespan.startup.complete":
                await self._start_background()
            await send(message)

        await self._ministack(scope, receive_message, send_message)

    async def _start_background(self) -> None:
        for service in self._background:
            await service.start()

    async def _stop_background(self) -> None:
        for service in reversed(self._background):
            await service.stop()

    async def _reset(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._stop_background()
        await self._ministack(scope, receive, send)
        for stored in self._state.values():
            stored.clear()
        await self._start_background()

    async def _serve_api(self, scope: Scope, receive: Receive, send: Send) -> None:
        signature = signature_of(header_of(scope, b"authorization"))
        service = signature.service if signature else ""
        if service in _REFUSED:
            message = f"{service} is switched off: it would listen on all network interfaces"
            await json_error("AccessDeniedException", message).send(send)
        elif signature is not None and service in self._services:
            await self._serve_patched(signature, scope, receive, send)
        else:
            await self._ministack(scope, receive, send)
            if signature is not None and service == _CLOUDFRONT:
                caller = await self._accounts.caller_of(signature)
                self._distributions.invalidate(caller.account)

    async def _serve_patched(
        self, signature: Signature, scope: Scope, receive: Receive, send: Send
    ) -> None:
        """Pass one API call through the patches that match it."""
        try:
            request = await read_request(scope, receive)
        except ClientDisconnect:
            return
        call = Call(
            request=request,
            caller=await self._accounts.caller_of(signature),
            service=signature.service,
            operation=_operation(request),
        )
        response = await self._through(0, call)
        await response.send(send)

    async def _through(self, index: int, call: Call) -> Response:
        """Pass a call through the patches from an index on."""
        for position, patch in enumerate(self._patches[index:], start=index + 1):
            if patch.matches(call):
                return await patch.handle(call, partial(self._through, position))
        return await send_request(self._ministack, call.request)


def _operation(request: Request) -> str:
    target = request.header("x-amz-target")
    return target.rpartition(".")[2] if target else form_of(request).get("Action", "")
