"""The Docker Engine API for images.

Paths, parameters and responses as of https://docs.docker.com/reference/api/engine/version/v1.47/.
"""

import asyncio
import json
from collections.abc import AsyncIterator

from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from harness.core.errors import HarnessError
from harness.emulator.container_engine.engine import Engine
from harness.emulator.container_engine.image_references import Reference
from harness.emulator.container_engine.parameters import engine_of
from harness.emulator.container_engine.views import image_details

_PROGRESS_SECONDS = 1.0


def image_routes() -> list[Route]:
    """Return the routes below ``/images`` and ``/distribution``."""
    return [
        Route("/images/json", _images, methods=["GET"]),
        Route("/images/create", _pull, methods=["POST"]),
        Route("/images/{name:path}/json", _image, methods=["GET"]),
        Route("/images/{name:path}/tag", _tag, methods=["POST"]),
        Route("/distribution/{name:path}/json", _distribution, methods=["GET"]),
    ]


async def _images(request: Request) -> Response:
    images = engine_of(request).registry.images
    present = await asyncio.gather(*(asyncio.to_thread(image.present) for image in images))
    rows = [
        image_details(image, f"{image.repository}:{image.tag}")
        for image, here in zip(images, present, strict=True)
        if here
    ]
    return JSONResponse([{**row, "Created": 0, "Containers": -1, "Labels": {}} for row in rows])


async def _image(request: Request) -> Response:
    name = request.path_params["name"]
    image = await asyncio.to_thread(engine_of(request).registry.local, name)
    return JSONResponse(image_details(image, name))


async def _distribution(request: Request) -> Response:
    image = engine_of(request).registry.remote(request.path_params["name"])
    kind = "application/vnd.oci.image.index.v1+json"
    descriptor = {"mediaType": kind, "digest": image.digest, "size": 0}
    return JSONResponse({"Descriptor": descriptor, "Platforms": []})


async def _tag(request: Request) -> Response:
    parameters = request.query_params
    target = f"{parameters.get('repo', '')}:{parameters.get('tag') or 'latest'}"
    registry = engine_of(request).registry
    await asyncio.to_thread(registry.tag, request.path_params["name"], target)
    return Response(status_code=201)


async def _pull(request: Request) -> Response:
    parameters = request.query_params
    name, tag = parameters.get("fromImage", ""), parameters.get("tag", "")
    joint = "@" if tag.startswith("sha256:") else ":"
    reference = f"{name}{joint}{tag}" if tag else name
    engine = engine_of(request)
    # An unknown image must raise its error before the response stream starts.
    engine.registry.remote(reference)
    return StreamingResponse(_progress(engine, reference), media_type="application/json")


async def _progress(engine: Engine, reference: str) -> AsyncIterator[bytes]:
    pull = asyncio.create_task(engine.pull(reference))
    shown = Reference.parse(reference)
    yield _line({"status": f"Pulling {shown}"})
    while not pull.done():
        # Clients time out on an idle connection.
        await asyncio.wait({pull}, timeout=_PROGRESS_SECONDS)
        yield _line({"status": "Preparing"})
    error = pull.exception()
    if isinstance(error, HarnessError):
        yield _line({"error": error.message, "errorDetail": {"message": error.message}})
    elif error is not None:
        raise error
    else:
        yield _line({"status": f"Status: Image is up to date for {shown}"})


def _line(message: dict[str, object]) -> bytes:
    return json.dumps(message).encode() + b"\r\n"
