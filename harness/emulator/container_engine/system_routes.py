"""The Docker Engine API for the engine itself.

Paths and responses as of https://docs.docker.com/reference/api/engine/version/v1.47/.
"""

import platform

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from harness.emulator.container_engine.parameters import engine_of
from harness.emulator.container_engine.views import API_VERSION

_OLDEST_API = "1.24"


def system_routes() -> list[Route]:
    """Return the routes of version and system information."""
    return [
        Route("/_ping", _ping, methods=["GET"]),
        Route("/version", _version, methods=["GET"]),
        Route("/info", _info, methods=["GET"]),
    ]


async def _ping(_: Request) -> Response:
    return PlainTextResponse("OK", headers={"Api-Version": API_VERSION, "Ostype": "linux"})


async def _version(_: Request) -> Response:
    return JSONResponse(
        {
            "Platform": {"Name": "catalog-harness engine (processes, no containers)"},
            "Version": "27.0.0",
            "ApiVersion": API_VERSION,
            "MinAPIVersion": _OLDEST_API,
            "Os": "linux",
            "Arch": platform.machine(),
            "KernelVersion": platform.release(),
        }
    )


async def _info(request: Request) -> Response:
    engine = engine_of(request)
    running = sum(each.state.running for each in engine.containers.values())
    return JSONResponse(
        {
            "ID": engine.identity,
            "Name": engine.config.gateway_name,
            "ServerVersion": "27.0.0",
            "OperatingSystem": "catalog-harness engine (processes, no containers)",
            "OSType": "linux",
            "Architecture": platform.machine(),
            "Containers": len(engine.containers),
            "ContainersRunning": running,
            "ContainersStopped": len(engine.containers) - running,
            "Images": len(engine.registry.images),
            "Driver": "processes",
            "DockerRootDir": str(engine.config.directory),
        }
    )
