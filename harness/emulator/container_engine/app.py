"""The engine as an ASGI application."""

import re

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from harness.core.errors import HarnessError
from harness.emulator.container_engine.container_routes import container_routes
from harness.emulator.container_engine.engine import Engine
from harness.emulator.container_engine.errors import DockerApiError
from harness.emulator.container_engine.image_routes import image_routes
from harness.emulator.container_engine.system_routes import system_routes

_VERSION_PREFIX = re.compile(r"^/v\d+\.\d+(?=/)")
_NOT_FOUND, _NOT_ALLOWED, _NOT_IMPLEMENTED = 404, 405, 501


def create_app(engine: Engine) -> ASGIApp:
    """Return the Docker Engine API of an engine."""
    app = Starlette(
        routes=[*system_routes(), *container_routes(), *image_routes()],
        exception_handlers={HarnessError: _failed, HTTPException: _unknown},
    )
    app.state.engine = engine
    return _AnyVersion(app)


class _AnyVersion:
    """Ignores the API version in paths: the supported operations are the same in all versions."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            scope = {**scope, "path": _VERSION_PREFIX.sub("", scope["path"])}
        await self._app(scope, receive, send)


async def _failed(_: Request, error: Exception) -> Response:
    status = error.status if isinstance(error, DockerApiError) else DockerApiError.status
    return JSONResponse({"message": str(error)}, status_code=status)


async def _unknown(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 -- registered for this error only
    if error.status_code not in (_NOT_FOUND, _NOT_ALLOWED):
        return JSONResponse({"message": error.detail}, status_code=error.status_code)
    message = (
        f"{request.method} {request.url.path} is not supported: this engine runs containers as "
        "ordinary processes and implements only the operations that this requires"
    )
    return JSONResponse({"message": message}, status_code=_NOT_IMPLEMENTED)
