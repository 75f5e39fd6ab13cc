"""The application: its parts, and the server that runs it."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import uvicorn
from fastapi import FastAPI
from starlette.middleware.gzip import GZipMiddleware
from starlette.types import ASGIApp

from . import health, routes
from .database import Database, connection_parameters
from .errors import install_error_handlers
from .middleware import RequestContext
from .products import ProductRepository
from .settings import Settings

_SMALLEST_COMPRESSED_BYTES = 500
_GRACEFUL_SECONDS = 10
_KEEP_ALIVE_SECONDS = 65
"""Longer than the load balancer's idle timeout of 60 s: it would otherwise occasionally send a
request on a connection that is being closed, and respond with 502
(https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-troubleshooting.html)."""


def create_app(settings: Settings, *, task_id: str, database: Database | None = None) -> ASGIApp:
    """Return the application; its lifespan connects to the database in the background.

    Responses are compressed here because CloudFront does not: with the managed policy
    CachingDisabled it neither caches nor compresses, and forwards what the origin compressed
    for the viewer's ``Accept-Encoding``
    (https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/ServingCompressedFiles.html).

    Args:
        task_id: Id of the ECS task, for ``X-Task-Id`` and ``application_name`` in the database.
        database: The database; created from the settings when None.
    """
    database = database or Database(connection_parameters(settings, task_id))

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        preparing = asyncio.create_task(database.prepare())
        try:
            yield
            preparing.cancel()
            with suppress(asyncio.CancelledError):
                await preparing
        finally:
            await database.close()

    app = FastAPI(
        title="Product Catalog API", lifespan=lifespan, redirect_slashes=False, redoc_url=None
    )
    app.state.task_id = task_id
    app.state.database = database
    app.state.products = ProductRepository(database)
    app.add_middleware(GZipMiddleware, minimum_size=_SMALLEST_COMPRESSED_BYTES)
    install_error_handlers(app)
    for router in (health.router, routes.products, routes.diagnostics):
        app.include_router(router)
    return RequestContext(app, task_id=task_id)


def serve(settings: Settings, *, task_id: str, listener: socket.socket) -> None:
    """Serve until SIGTERM or SIGINT, then finish the requests under way.

    New connections are refused at once; after ten seconds the requests still under way are
    cancelled. The signal is then raised again for the previous handler.
    """
    config = uvicorn.Config(
        create_app(settings, task_id=task_id),
        log_config=None,
        access_log=False,
        server_header=False,
        # The routes use neither the client's address nor its scheme.
        proxy_headers=False,
        ws="none",
        lifespan="on",
        timeout_keep_alive=_KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=_GRACEFUL_SECONDS,
    )
    uvicorn.Server(config).run(sockets=[listener])
