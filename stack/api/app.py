"""Puts the application together."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from fastapi import FastAPI
from starlette.middleware.gzip import GZipMiddleware
from starlette.types import ASGIApp

from stack.api import diagnostics, health, routes
from stack.api.database import Database, connection_parameters
from stack.api.errors import install_error_handlers
from stack.api.middleware import RequestContext
from stack.api.products import ProductRepository
from stack.api.settings import Settings

_SMALLEST_COMPRESSED_BYTES = 500


def create_app(settings: Settings, *, task_id: str, database: Database | None = None) -> ASGIApp:
    """Return the application; its lifespan reaches for the database in the background.

    Responses are compressed here because CloudFront does not: with the managed policy
    CachingDisabled it neither caches nor compresses, it passes on what the origin compressed
    for the viewer's ``Accept-Encoding``
    (https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/ServingCompressedFiles.html).

    Args:
        settings: How to reach the database.
        task_id: Id of the ECS task, for ``X-Task-Id`` and the database's list of sessions.
        database: The database to use; one of the settings' when None.
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
    for module in (health, routes, diagnostics):
        app.include_router(module.router)
    return RequestContext(app, task_id=task_id)
