"""The supervisor: the process that runs the container engine and the gateway of a cloud."""

import asyncio
import logging
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import replace

from harness.core.process_end import process_ended
from harness.emulator.cloud_info import CA_FILE, ENGINE_FOLDER, ENGINE_SOCKET, KEPT_FILE, CloudInfo
from harness.emulator.configuration import SupervisorConfig
from harness.emulator.container_engine.config import EngineConfig
from harness.emulator.container_engine.postgres_install import (
    PostgresInstallation,
    find_local_postgres,
)
from harness.emulator.container_engine.postgres_wheel import DEFAULT_MAJOR
from harness.emulator.container_engine.server import running_engine
from harness.emulator.credentials import CloudCredentials
from harness.emulator.dead_clouds import remove_cloud_folder
from harness.emulator.gateway.environment import gateway_environment
from harness.emulator.readiness import save_database_ca, wait_for_gateway

logger = logging.getLogger(__name__)

_GATEWAY_STOP_SECONDS = 10.0


async def supervise(config: SupervisorConfig) -> int:
    """Run a cloud until SIGTERM or SIGINT, until its owner has ended, or until a component ends.

    When the owner has ended, the folder of the cloud is removed too.

    Returns:
        Exit status: 0 after a signal or the end of the owner, 1 when the gateway ended.

    Raises:
        HarnessError: It could not be started.
    """
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    serving = asyncio.create_task(_serve(config))
    stopping = asyncio.create_task(stop.wait())
    orphaned = asyncio.create_task(_owner_ended(config))
    await asyncio.wait({serving, stopping, orphaned}, return_when=asyncio.FIRST_COMPLETED)
    if serving.done():
        logger.error("the gateway ended by itself with status %s", serving.result())
        return 1
    serving.cancel()
    with suppress(asyncio.CancelledError):
        await serving
    if orphaned.done():
        remove_cloud_folder(config.directory)
    return 0


async def _serve(config: SupervisorConfig) -> int:
    """Run engine and gateway until the gateway ends; return its exit status."""
    async with AsyncExitStack() as stack:
        finding_server = asyncio.create_task(_database_server(config))
        if not config.docker_host:
            await stack.enter_async_context(running_engine(_engine_config(config)))
        config, credentials = _with_port(config), CloudCredentials.generate()
        environment = gateway_environment(config, credentials)
        gateway = await stack.enter_async_context(_gateway(environment))
        ended = asyncio.create_task(gateway.wait())
        endpoint = f"http://127.0.0.1:{config.port}"
        await wait_for_gateway(endpoint, ended)
        await save_database_ca(endpoint, config.directory / CA_FILE)
        server = await finding_server
        CloudInfo(
            directory=str(config.directory),
            endpoint=endpoint,
            region=config.region,
            docker_host=config.engine,
            pid=os.getpid(),
            access_key=credentials.access_key,
            secret_key=credentials.secret_key,
            database=str(server or ""),
            database_tls=server is None or server.tls,
        ).write()
        return await ended


async def _database_server(config: SupervisorConfig) -> PostgresInstallation | None:
    """Find the PostgreSQL server for databases, without downloading one.

    Raises:
        ToolNotFoundError: The configured server does not run.
    """
    if config.docker_host:
        return None
    return await asyncio.to_thread(find_local_postgres, DEFAULT_MAJOR)


def _engine_config(config: SupervisorConfig) -> EngineConfig:
    return EngineConfig(
        socket=config.directory / ENGINE_SOCKET,
        directory=config.directory / ENGINE_FOLDER,
        process_images=config.process_images,
        ca_file=config.directory / CA_FILE,
    )


@asynccontextmanager
async def _gateway(environment: dict[str, str]) -> AsyncIterator[asyncio.subprocess.Process]:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-P",  # a folder named harness in the working directory must not be imported
        "-m",
        "harness.emulator.gateway",
        env=environment,
        stdin=asyncio.subprocess.DEVNULL,
    )
    try:
        yield process
    finally:
        await _end(process)


async def _end(process: asyncio.subprocess.Process) -> None:
    if process.returncode is not None:
        return
    process.terminate()
    try:
        await asyncio.wait_for(process.wait(), _GATEWAY_STOP_SECONDS)
    except TimeoutError:
        logger.exception("the gateway ignored SIGTERM for %g s; killing it", _GATEWAY_STOP_SECONDS)
        process.kill()
        await process.wait()


async def _owner_ended(config: SupervisorConfig) -> None:
    """Return when the owner has ended; never without one, or if the cloud is kept."""
    if config.owner_pid is not None:
        await process_ended(config.owner_pid)
        if not (config.until_kept and (config.directory / KEPT_FILE).exists()):
            logger.warning("the owner (process %s) has ended; stopping", config.owner_pid)
            return
    await asyncio.Event().wait()


def _with_port(config: SupervisorConfig) -> SupervisorConfig:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return replace(config, port=config.port or probe.getsockname()[1])
