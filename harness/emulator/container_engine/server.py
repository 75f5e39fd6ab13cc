"""Serves an engine on its Unix socket within a context."""

import asyncio
import contextlib
import logging
import os
import socket
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

from harness.core.errors import EmulatorError
from harness.emulator.container_engine.app import create_app
from harness.emulator.container_engine.config import EngineConfig
from harness.emulator.container_engine.engine import Engine
from harness.emulator.container_engine.image import Image
from harness.emulator.container_engine.postgres_image import PostgresImage
from harness.emulator.container_engine.postgres_wheel import PINS
from harness.emulator.container_engine.process_image import ProcessImage, catalog_api
from harness.emulator.http_server import serve

logger = logging.getLogger(__name__)

_BACKLOG = 128
# Timeout of open requests when the engine ends.
_SHUTDOWN_SECONDS = 1
_KEEP_ALIVE_SECONDS = 5


def default_images() -> tuple[Image, ...]:
    """Return the images of the catalog stack."""
    return (catalog_api(), *(PostgresImage(major) for major in PINS))


@contextlib.asynccontextmanager
async def running_engine(config: EngineConfig) -> AsyncIterator[Engine]:
    """Run an engine in the current event loop; stop all containers at the end.

    Must be used in a thread that exists as long as the engine: a container ends with the thread
    that started it.

    Raises:
        EmulatorError: The socket or a loopback network is not available.
    """
    others = (ProcessImage(**fields) for fields in config.process_images)
    images = config.images if config.images is not None else default_images()
    engine = Engine(config, (*others, *images))
    try:
        with _listening(config.socket) as listener:
            stop = asyncio.Event()
            serving = asyncio.create_task(
                serve(
                    create_app(engine),
                    listener,
                    stopped=stop.wait(),
                    keep_alive=_KEEP_ALIVE_SECONDS,
                    grace=_SHUTDOWN_SECONDS,
                )
            )
            logger.info("engine on %s, network %s", config.socket, engine.network.subnet)
            try:
                yield engine
            finally:
                # Containers first, which ends the requests that wait for them.
                await engine.close()
                stop.set()
                await serving
    finally:
        await engine.close()


@contextlib.contextmanager
def _listening(path: Path) -> Iterator[socket.socket]:
    path.unlink(missing_ok=True)
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        # Before bind, so that it is never open to others; on Linux only (unix(7)).
        with contextlib.suppress(OSError):
            os.fchmod(listener.fileno(), 0o600)
        listener.bind(str(path))
        path.chmod(0o600)
        listener.listen(_BACKLOG)
        yield listener
    except OSError as error:
        raise EmulatorError(f"cannot serve the container engine on {path}: {error}") from error
    finally:
        listener.close()
        path.unlink(missing_ok=True)
