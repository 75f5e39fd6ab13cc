"""The engine as an ASGI application."""

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount

from harness.core.errors import HarnessError
from harness.emulator.container_engine.container_routes import container_routes
from harness.emulator.container_engine.engine import Engine
from harness.emulator.container_engine.errors import DockerApiError
from harness.emulator.container_engine.image_routes import image_routes
from harness.emulator.container_engine.system_routes import system_routes

_NOT_FOUND, _NOT_ALLOWED, _NOT_IMPLEMENTED = 404, 405, 501


def create_app(engine: Engine) -> Starlette:
    """Return the Docker Engine API of an engine, which is the same in all versions."""
    routes = [*system_routes(), *container_routes(), *image_routes()]
    app = Starlette(
        routes=[*routes, Mount("/v{version:float}", routes=routes)],
        exception_handlers={HarnessError: _failed, HTTPException: _unknown},
    )
    app.state.engine = engine
    return app


async def _failed(_: Request, error: Exception) -> Response:
    status = error.status if isinstance(error, DockerApiError) else DockerApiError.status
    return JSONResponse({"message": str(error)}, status_code=status)


async def _unknown(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 -- registered for this error only
    if error.status_code not in (_NOT_FOUND, _NOT_ALLOWED):
        return JSONResponse({"message": error.detail}, status_code=error.status_code)
    path = request.url.path.removeprefix(request.scope.get("root_path", ""))
    message = (
        f"{request.method} {path} is not supported: this engine runs containers as "
        "ordinary processes and implements only the operations that this requires"
    )
    return JSONResponse({"message": message}, status_code=_NOT_IMPLEMENTED)
