"""Requests to the application in this process, without a server."""

import asyncio
from typing import Any

import httpx
from starlette.types import ASGIApp


def call(app: ASGIApp, method: str, path: str, **kwargs: Any) -> httpx.Response:
    """Send one request to an application; its exceptions become responses."""

    async def send() -> httpx.Response:
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://catalog") as client:
            return await client.request(method, path, **kwargs)

    return asyncio.run(send())
