"""The Docker Engine API for the engine itself, its volumes and its network.

Paths, parameters and responses as of https://docs.docker.com/reference/api/engine/version/v1.47/.
"""

import asyncio
import platform
import secrets

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from harness.emulator.container_engine.errors import ConflictError, NotFoundError
from harness.emulator.container_engine.logs import docker_time
from harness.emulator.container_engine.parameters import body_of, engine_of
from harness.emulator.container_engine.views import API_VERSION, network_details

_OLDEST_API = "1.24"


def system_routes() -> list[Route]:
    """Return the routes of system information, and below ``/volumes`` and ``/networks``."""
    return [
        Route("/_ping", _ping, methods=["GET"]),
        Route("/version", _version, methods=["GET"]),
        Route("/info", _info, methods=["GET"]),
        Route("/volumes", _volumes, methods=["GET"]),
        Route("/volumes/create", _create_volume, methods=["POST"]),
        Route("/volumes/{name}", _volume, methods=["GET"]),
        Route("/volumes/{name}", _remove_volume, methods=["DELETE"]),
        Route("/networks", _networks, methods=["GET"]),
        Route("/networks/{name}", _network, methods=["GET"]),
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


async def _volumes(request: Request) -> Response:
    names = engine_of(request).volumes.names
    return JSONResponse({"Volumes": [_described(request, name) for name in names], "Warnings": []})


async def _create_volume(request: Request) -> Response:
    name = (await body_of(request)).get("Name") or secrets.token_hex(32)  # as of Docker
    engine_of(request).volumes.create(name)
    return JSONResponse(_described(request, name), status_code=201)


async def _volume(request: Request) -> Response:
    return JSONResponse(_described(request, request.path_params["name"]))


async def _remove_volume(request: Request) -> Response:
    engine, name = engine_of(request), request.path_params["name"]
    users = [each.id for each in engine.containers.values() if name in each.spec.volumes.values()]
    if users:
        raise ConflictError(f"remove {name}: volume is in use - [{', '.join(users)}]")
    await asyncio.to_thread(engine.volumes.remove, name)
    return Response(status_code=204)


async def _networks(request: Request) -> Response:
    engine = engine_of(request)
    return JSONResponse([network_details(engine.config, engine.network)])


async def _network(request: Request) -> Response:
    engine = engine_of(request)
    details = network_details(engine.config, engine.network)
    if request.path_params["name"] not in (details["Name"], details["Id"], details["Id"][:12]):
        raise NotFoundError(f"network {request.path_params['name']} not found")
    details["Containers"] = {
        each.id: {"Name": each.name, "IPv4Address": f"{each.address}/24"}
        for each in engine.containers.values()
        if each.state.running
    }
    return JSONResponse(details)


def _described(request: Request, name: str) -> dict[str, object]:
    engine = engine_of(request)
    return {
        "Name": name,
        "Driver": "local",
        "Mountpoint": str(engine.volumes.folder(name)),
        "CreatedAt": docker_time(engine.volumes.folder(name).stat().st_ctime),
        "Labels": {},
        "Scope": "local",
        "Options": {},
    }
