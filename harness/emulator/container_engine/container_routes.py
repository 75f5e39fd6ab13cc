"""The Docker Engine API for containers.

Paths, parameters and responses as of https://docs.docker.com/reference/api/engine/version/v1.47/.
"""

import io
import json
import tarfile
from collections.abc import AsyncIterator

from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from harness.emulator.container_engine.container import Container
from harness.emulator.container_engine.errors import InvalidRequestError, NotFoundError
from harness.emulator.container_engine.logs import frame
from harness.emulator.container_engine.parameters import (
    body_of,
    engine_of,
    filters_of,
    flag,
    has_any,
    log_query,
    seconds,
    signal_named,
)
from harness.emulator.container_engine.views import (
    container_details,
    container_row,
    gateway_details,
)
from harness.emulator.container_engine.volumes import unpack


def container_routes() -> list[Route]:
    """Return the routes below ``/containers``."""
    return [
        Route("/containers/json", _list, methods=["GET"]),
        Route("/containers/create", _create, methods=["POST"]),
        Route("/containers/{id}/json", _inspect, methods=["GET"]),
        Route("/containers/{id}/start", _start, methods=["POST"]),
        Route("/containers/{id}/stop", _stop, methods=["POST"]),
        Route("/containers/{id}/restart", _restart, methods=["POST"]),
        Route("/containers/{id}/kill", _kill, methods=["POST"]),
        Route("/containers/{id}/wait", _wait, methods=["POST"]),
        Route("/containers/{id}/logs", _logs, methods=["GET"]),
        Route("/containers/{id}/archive", _put_archive, methods=["PUT"]),
        Route("/containers/{id}", _remove, methods=["DELETE"]),
    ]


async def _list(request: Request) -> Response:
    engine = engine_of(request)
    filters = filters_of(request.query_params.get("filters", ""))
    everything = flag(request.query_params, "all") or "status" in filters
    rows = [
        container_row(container, engine.config)
        for container in reversed(engine.containers.values())
        if (everything or container.state.running)
        and all(has_any(key, values, container) for key, values in filters.items())
    ]
    return JSONResponse(rows)


async def _create(request: Request) -> Response:
    name = request.query_params.get("name", "")
    container = await engine_of(request).create(name, await body_of(request))
    return JSONResponse({"Id": container.id, "Warnings": []}, status_code=201)


async def _inspect(request: Request) -> Response:
    engine = engine_of(request)
    if request.path_params["id"] == engine.config.gateway_name:
        return JSONResponse(gateway_details(engine.config, engine.network))
    return JSONResponse(container_details(_container(request), engine.config))


async def _start(request: Request) -> Response:
    return Response(status_code=204 if await engine_of(request).start(_container(request)) else 304)


async def _stop(request: Request) -> Response:
    stopped = await engine_of(request).stop(_container(request), seconds(request.query_params, "t"))
    return Response(status_code=204 if stopped else 304)


async def _restart(request: Request) -> Response:
    engine, container = engine_of(request), _container(request)
    await engine.stop(container, seconds(request.query_params, "t"))
    await engine.start(container)
    return Response(status_code=204)


async def _kill(request: Request) -> Response:
    number = signal_named(request.query_params.get("signal") or "SIGKILL")
    await engine_of(request).lifecycle.kill(_container(request), number)
    return Response(status_code=204)


async def _wait(request: Request) -> Response:
    container = _container(request)
    fresh = container.state.status == "created"
    next_exit = request.query_params.get("condition") == "next-exit"
    return StreamingResponse(
        _exit_status(container, next_run=fresh or next_exit), media_type="application/json"
    )


async def _logs(request: Request) -> Response:
    query = log_query(request.query_params)
    entries = _container(request).log.read(query)
    frames = (frame(entry, timestamps=query.timestamps) async for entry in entries)
    return StreamingResponse(frames, media_type="application/vnd.docker.multiplexed-stream")


async def _put_archive(request: Request) -> Response:
    container = _container(request)
    path = request.query_params.get("path", "/")
    target = (container.root / path.lstrip("/")).resolve()
    if not target.is_dir() or not target.is_relative_to(container.root.resolve()):
        raise NotFoundError(f"Could not find the file {path} in container {container.id}")
    try:
        with tarfile.open(fileobj=io.BytesIO(await request.body())) as bundle:
            unpack(bundle, target)
    except tarfile.TarError as error:
        raise InvalidRequestError(f"cannot extract the archive: {error}") from error
    return Response(status_code=200)


async def _remove(request: Request) -> Response:
    await engine_of(request).remove(_container(request), force=flag(request.query_params, "force"))
    return Response(status_code=204)


async def _exit_status(container: Container, *, next_run: bool) -> AsyncIterator[bytes]:
    # Streamed: clients wait for the headers before they start the container.
    state = await container.next_run() if next_run else container.state
    await state.ended.wait()
    yield json.dumps({"StatusCode": state.exit_code}).encode()


def _container(request: Request) -> Container:
    return engine_of(request).find(request.path_params["id"])
