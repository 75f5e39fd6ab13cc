"""Serves an engine on its Unix socket for the time of a context."""

import asyncio
import contextlib
import logging
import socket
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import uvicorn

from harness.core.errors import EmulatorError
from harness.emulator.container_engine.app import create_app
from harness.emulator.container_engine.catalog_image import CatalogApiImage
from harness.emulator.container_engine.config import EngineConfig
from harness.emulator.container_engine.engine import Engine
from harness.emulator.container_engine.image import Image
from harness.emulator.container_engine.postgres_image import PostgresImage
from harness.emulator.container_engine.postgres_wheel import PINS

logger = logging.getLogger(__name__)

_BACKLOG = 128
# Requests under way when the engine ends: nobody waits for their answers any more.
_LAST_REQUESTS_SECONDS = 1
_POLL_SECONDS = 0.01


def default_images() -> tuple[Image, ...]:
    """Return the images that the catalog stack needs."""
    return (CatalogApiImage(), *(PostgresImage(major) for major in PINS))


@contextlib.asynccontextmanager
async def running_engine(config: EngineConfig) -> AsyncIterator[Engine]:
    """Run an engine in the caller's loop; stop every container at the end.

    To be used in the main thread, or one that lives as long as the engine: containers are tied
    to the life of the thread that starts them.

    Raises:
        EmulatorError: The socket or a loopback network cannot be had.
    """
    engine = Engine(config, config.images if config.images is not None else default_images())
    try:
        with _listening(config.socket) as listener:
            server = _Server(
                uvicorn.Config(
                    create_app(engine),
                    lifespan="off",
                    log_config=None,
                    log_level="warning",
                    access_log=False,
                    timeout_graceful_shutdown=_LAST_REQUESTS_SECONDS,
                )
            )
            serving = asyncio.create_task(server.serve(sockets=[listener]))
            try:
                while not server.started and not serving.done():
                    await asyncio.sleep(_POLL_SECONDS)
                logger.info("engine on %s, network %s", config.socket, engine.network.subnet)
                yield engine
            finally:
                # First the containers: requests that wait for them end by themselves.
                await engine.close()
                server.should_exit = True
                await serving
    finally:
        await engine.close()


class _Server(uvicorn.Server):
    """A server that leaves the process's signal handlers alone: they belong to the caller."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@contextlib.contextmanager
def _listening(path: Path) -> Iterator[socket.socket]:
    path.unlink(missing_ok=True)
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        listener.bind(str(path))
        path.chmod(0o600)
        listener.listen(_BACKLOG)
        yield listener
    except OSError as error:
        raise EmulatorError(f"cannot serve the container engine on {path}: {error}") from error
    finally:
        listener.close()
        path.unlink(missing_ok=True)
