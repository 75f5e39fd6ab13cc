"""The data planes of MiniStack as an ASGI application of their own."""

from typing import Any
from urllib.parse import parse_qs

from starlette.requests import ClientDisconnect
from starlette.types import Receive, Scope, Send

from harness.emulator.gateway.http import Response, read_request, replayed

_NOT_FOUND = Response(404)


class MiniStackDataPlane:
    """Serves viewers of load balancers and distributions, and nothing else.

    MiniStack's application has routes that take precedence on every host name: its administration,
    health, the Data API, the registry of ECR. Viewers, who need no credentials, must not reach
    them, and the paths belong to the application behind the load balancer.
    """

    def __init__(self, module: Any) -> None:
        self._module = module

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        try:
            request = await read_request(scope, receive)
        except ClientDisconnect:
            return
        headers: dict[str, str] = {}
        for name, value in request.headers:
            headers[name] = f"{headers[name]}, {value}" if name in headers else value
        host, query = headers.get("host", ""), parse_qs(request.query, keep_blank_values=True)
        client = (scope.get("client") or ("127.0.0.1",))[0]
        plane, method, path, body = self._module, request.method, request.path, request.body
        response = await plane._handle_cloudfront_dataplane_request(
            host, path, request.raw_path, request.query, method, headers, body, query, client
        ) or await plane._handle_alb_request(
            host, path, method, headers, body, query, request.query, request.raw_path
        )
        send = plane._with_date_header(send)
        if not await plane._send_if_handled(send, response, replayed(request, receive)):
            await _NOT_FOUND.send(send)
