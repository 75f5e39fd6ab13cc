"""The gateway: MiniStack, its patches and its data plane as one ASGI application."""

from collections.abc import Mapping, Sequence
from dataclasses import KW_ONLY, dataclass, field
from functools import partial
from typing import Any

from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from harness.emulator.gateway.authentication import Authenticator, check_address, is_public
from harness.emulator.gateway.aws import Accounts
from harness.emulator.gateway.background import BackgroundService
from harness.emulator.gateway.cache import EdgeCache
from harness.emulator.gateway.caller import Signature
from harness.emulator.gateway.data_plane import DataPlane
from harness.emulator.gateway.distributions import Distributions
from harness.emulator.gateway.errors import RefusedError
from harness.emulator.gateway.http import (
    Request,
    Response,
    replayed,
    request_head,
    send_request,
    without_cors,
)
from harness.emulator.gateway.patches.base import Call, Patch
from harness.emulator.gateway.query import form_of
from harness.emulator.gateway.repeated_calls import RepeatedCalls
from harness.emulator.gateway.task_credentials import TaskCredentials

_CLOUDFRONT = "cloudfront"


@dataclass
class Gateway:
    """The ASGI application that the gateway process serves.

    Requests of viewers (the data plane) are streamed and open to all; every other request must be
    signed. Calls of services with patches are passed through the patches.
    """

    ministack: ASGIApp
    _: KW_ONLY
    authenticator: Authenticator
    task_credentials: TaskCredentials
    accounts: Accounts
    patches: Sequence[Patch]
    data_plane: DataPlane
    distributions: Distributions
    cache: EdgeCache
    background: Sequence[BackgroundService]
    state: Mapping[str, dict[Any, Any]]
    repeated: RepeatedCalls = field(default_factory=RepeatedCalls)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one ASGI connection."""
        if scope["type"] == "lifespan":
            await self._serve_lifespan(scope, receive, send)
        elif self.data_plane.matches(scope):
            await self.data_plane(scope, receive, send)
        else:
            await self._serve_authenticated(scope, receive, without_cors(send))

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

        await self.ministack(scope, receive_message, send_message)

    async def _start_background(self) -> None:
        for service in self.background:
            await service.start()

    async def _stop_background(self) -> None:
        for service in reversed(self.background):
            await service.stop()

    async def _reset(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._stop_background()
        await self.ministack(scope, receive, send)
        for stored in self.state.values():
            stored.clear()
        self.repeated = RepeatedCalls()
        await self._start_background()

    async def _serve_authenticated(self, scope: Scope, receive: Receive, send: Send) -> None:
        head = request_head(scope)
        try:
            check_address(scope, head)
            if is_public(head):
                await self.ministack(scope, receive, send)
                return
            if TaskCredentials.matches(head):
                await (await self.task_credentials.issue(head)).send(send)
                return
            request, signature = await self.authenticator.authenticate(scope, receive)
        except ClientDisconnect:
            return
        except RefusedError as error:
            await error.response(head).send(send)
            return
        receive = replayed(request, receive)
        operation = _operation(request)

        async def serve(send: Send) -> None:
            if signature.service in {patch.service for patch in self.patches}:
                caller = await self.accounts.caller_of(signature)
                call = Call(request, caller, signature.service, operation)
                await (await self._through(0, call)).send(send)
            else:
                await self.ministack(scope, receive, send)
                if signature.service == _CLOUDFRONT:
                    await self._refresh_distributions(request, signature)

        if request.path == "/_ministack/reset":
            await self._reset(scope, receive, send)
        else:
            await self.repeated.serve(request, signature, send, operation=operation, serve=serve)

    async def _refresh_distributions(self, request: Request, signature: Signature) -> None:
        self.distributions.invalidate((await self.accounts.caller_of(signature)).account)
        if request.method != "GET":
            self.cache.clear()

    async def _through(self, index: int, call: Call) -> Response:
        """Pass a call through the patches from an index on."""
        for position, patch in enumerate(self.patches[index:], start=index + 1):
            if patch.matches(call):
                return await patch.handle(call, partial(self._through, position))
        return await send_request(self.ministack, call.request)


def _operation(request: Request) -> str:
    target = request.header("x-amz-target")
    return target.rpartition(".")[2] if target else form_of(request).get("Action", "")
