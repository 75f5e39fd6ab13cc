import asyncio
from typing import Any

import httpx
import pytest
from starlette.types import ASGIApp

from stack.api.settings import Settings


@pytest.fixture
def unreachable() -> Settings:
    """Settings of a database that does not exist: port 1 of the loopback is closed."""
    return Settings(
        db_username="catalog",
        db_password="never-to-be-seen",
        db_host="127.0.0.1",
        db_port=1,
        db_name="catalog",
        host="127.0.0.1",
        port=0,
    )


def call(app: ASGIApp, method: str, path: str, **kwargs: Any) -> httpx.Response:
    """Send one request to an application; its exceptions become responses."""

    async def send() -> httpx.Response:
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://catalog") as client:
            return await client.request(method, path, **kwargs)

    return asyncio.run(send())
