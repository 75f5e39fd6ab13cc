"""Requests of viewers to host names of load balancers and distributions, not to an AWS API."""

import secrets
from collections.abc import Callable
from dataclasses import KW_ONLY, dataclass
from pathlib import Path
from urllib.parse import urlsplit

from starlette.types import ASGIApp, Receive, Scope, Send

from harness.emulator.gateway.alb.load_balancers import AlbRegistry
from harness.emulator.gateway.cache import EdgeCache
from harness.emulator.gateway.distributions import Distributions
from harness.emulator.gateway.http import Response, header_of, host_name

_DISTRIBUTION = ".cloudfront.net"
_HTTP = 80
_HTTPS = 443
_CLOUDFRONT_PAGE = Path(__file__).with_suffix(".html").read_text(encoding="utf-8")


@dataclass
class DataPlane:
    """Passes requests to load balancers and distributions that exist; rejects all others.

    MiniStack without it returns 200 and a list of S3 buckets for a deleted load balancer or
    distribution, serves disabled distributions, and uses another listener if a port has none.
    """

    viewers: ASGIApp
    registry: AlbRegistry
    distributions: Distributions
    _: KW_ONLY
    cache: EdgeCache
    act_as: Callable[[str], None]
    port: int

    @staticmethod
    def matches(scope: Scope) -> bool:
        """Whether a request is addressed to a load balancer or a distribution."""
        return _hostname(scope).endswith((".elb.amazonaws.com", _DISTRIBUTION))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request; its body is streamed."""
        if _hostname(scope).endswith(_DISTRIBUTION):
            await self._serve_distribution(scope, receive, send)
        else:
            await self._serve_load_balancer(scope, receive, send)

    async def _serve_load_balancer(self, scope: Scope, receive: Receive, send: Send) -> None:
        host = _hostname(scope)
        found = await self.registry.load_balancer(host)
        if found is None:
            # On AWS the name no longer resolves: no status would be correct.
            await _plain_text(404, f"no load balancer has the DNS name {host}").send(send)
            return
        caller, balancer = found
        port = self._listener_port(scope)
        if port not in balancer.ports:
            # On AWS the connection is refused; not possible on a shared port.
            await _plain_text(503, f"{host} has no listener on port {port}").send(send)
            return
        self.act_as(caller.account)
        await self.viewers(_with_host(scope, f"{host}:{port}"), receive, send)

    def _listener_port(self, scope: Scope) -> int:
        named = urlsplit(f"//{header_of(scope, b'host')}").port
        if named not in (None, self.port):
            return named
        return _HTTPS if header_of(scope, b"x-forwarded-proto") == "https" else _HTTP

    async def _serve_distribution(self, scope: Scope, receive: Receive, send: Send) -> None:
        distribution = await self.distributions.find(_hostname(scope))
        if distribution is None or not distribution.enabled:
            await _refused_by_cloudfront().send(send)
            return
        self.act_as(distribution.account)
        await self.cache.serve(distribution, scope, receive, send)


def _hostname(scope: Scope) -> str:
    return host_name(header_of(scope, b"host"))


def _with_host(scope: Scope, host: str) -> Scope:
    others = [pair for pair in scope["headers"] if pair[0] != b"host"]
    return {**scope, "headers": [(b"host", host.encode("latin-1")), *others]}


def _plain_text(status: int, text: str) -> Response:
    headers = (("content-type", "text/plain"),)
    return Response(status, headers=headers, body=f"{text}\n".encode())


def _refused_by_cloudfront() -> Response:
    request_id = secrets.token_urlsafe(40)
    headers = (
        ("content-type", "text/html"),
        ("server", "CloudFront"),
        ("via", f"1.1 {secrets.token_hex(16)}.cloudfront.net (CloudFront)"),
        ("x-amz-cf-id", request_id),
        ("x-cache", "Error from cloudfront"),
    )
    page = _CLOUDFRONT_PAGE.format(request_id=request_id)
    return Response(403, headers=headers, body=page.encode())
