"""The Docker Engine API for images, volumes, networks and the engine itself."""

import asyncio
import json
import platform
from collections.abc import AsyncIterator

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from harness.emulator.engine.engine import Engine
from harness.emulator.engine.errors import ConflictError, NotFoundError
from harness.emulator.engine.logs import docker_time
from harness.emulator.engine.registry import Reference
from harness.emulator.engine.views import API_VERSION, image_details, network_details
from harness.errors import HarnessError

__all__ = ["store_routes"]

_OLDEST_API = "1.24"
_PULSE_SECONDS = 1.0


def store_routes() -> list[Route]:
    """Return every route but those below ``/containers``."""
    return [
        Route("/_ping", _ping, methods=["GET"]),
        Route("/version", _version, methods=["GET"]),
        Route("/info", _info, methods=["GET"]),
        Route("/images/json", _images, methods=["GET"]),
        Route("/images/create", _pull, methods=["POST"]),
        Route("/images/{name:path}/json", _image, methods=["GET"]),
        Route("/images/{name:path}/tag", _tag, methods=["POST"]),
        Route("/distribution/{name:path}/json", _distribution, methods=["GET"]),
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
    engine = _engine(request)
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


async def _images(request: Request) -> Response:
    images = _engine(request).registry.images
    present = await asyncio.gather(*(asyncio.to_thread(image.present) for image in images))
    rows = [
        image_details(image, f"{image.repository}:{image.tag}")
        for image, here in zip(images, present, strict=True)
        if here
    ]
    return JSONResponse([{**row, "Created": 0, "Containers": -1, "Labels": {}} for row in rows])


async def _image(request: Request) -> Response:
    name = request.path_params["name"]
    image = await asyncio.to_thread(_engine(request).registry.local, name)
    return JSONResponse(image_details(image, name))


async def _distribution(request: Request) -> Response:
    image = _engine(request).registry.remote(request.path_params["name"])
    kind = "application/vnd.oci.image.index.v1+json"
    descriptor = {"mediaType": kind, "digest": image.digest, "size": 0}
    return JSONResponse({"Descriptor": descriptor, "Platforms": []})


async def _tag(request: Request) -> Response:
    parameters = request.query_params
    target = f"{parameters.get('repo', '')}:{parameters.get('tag') or 'latest'}"
    registry = _engine(request).registry
    await asyncio.to_thread(registry.tag, request.path_params["name"], target)
    return Response(status_code=201)


async def _pull(request: Request) -> Response:
    parameters = request.query_params
    name, tag = parameters.get("fromImage", ""), parameters.get("tag", "")
    joint = "@" if tag.startswith("sha256:") else ":"
    reference = f"{name}{joint}{tag}" if tag else name
    engine = _engine(request)
    # An unknown image is an answer of its own; from here on the answer is a stream.
    engine.registry.remote(reference)
    return StreamingResponse(_progress(engine, reference), media_type="application/json")


async def _progress(engine: Engine, reference: str) -> AsyncIterator[bytes]:
    pull = asyncio.create_task(engine.pull(reference))
    shown = Reference.parse(reference)
    yield _line({"status": f"Pulling {shown}"})
    while not pull.done():
        # Clients give up on a silent connection.
        await asyncio.wait({pull}, timeout=_PULSE_SECONDS)
        yield _line({"status": "Preparing"})
    error = pull.exception()
    if isinstance(error, HarnessError):
        yield _line({"error": error.message, "errorDetail": {"message": error.message}})
    elif error is not None:
        raise error
    else:
        yield _line({"status": f"Status: Image is up to date for {shown}"})


async def _volumes(request: Request) -> Response:
    names = _engine(request).volumes.names
    return JSONResponse({"Volumes": [_described(request, name) for name in names], "Warnings": []})


async def _create_volume(request: Request) -> Response:
    name = (await request.json())["Name"]
    _engine(request).volumes.create(name)
    return JSONResponse(_described(request, name), status_code=201)


async def _volume(request: Request) -> Response:
    return JSONResponse(_described(request, request.path_params["name"]))


async def _remove_volume(request: Request) -> Response:
    engine, name = _engine(request), request.path_params["name"]
    users = [each.id for each in engine.containers.values() if name in each.spec.volumes.values()]
    if users:
        raise ConflictError(f"remove {name}: volume is in use - [{', '.join(users)}]")
    await asyncio.to_thread(engine.volumes.remove, name)
    return Response(status_code=204)


async def _networks(request: Request) -> Response:
    engine = _engine(request)
    return JSONResponse([network_details(engine.config, engine.network)])


async def _network(request: Request) -> Response:
    engine = _engine(request)
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
    engine = _engine(request)
    return {
        "Name": name,
        "Driver": "local",
        "Mountpoint": str(engine.volumes.folder(name)),
        "CreatedAt": docker_time(engine.volumes.folder(name).stat().st_ctime),
        "Labels": {},
        "Scope": "local",
        "Options": {},
    }


def _line(message: dict[str, object]) -> bytes:
    return json.dumps(message).encode() + b"\r\n"


def _engine(request: Request) -> Engine:
    engine: Engine = request.app.state.engine
    return engine
