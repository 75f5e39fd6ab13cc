"""The supervisor: one process that owns the container engine and the gateway of a cloud."""

import asyncio
import logging
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

from harness.emulator.cloud import CA_FILE, CloudInfo
from harness.emulator.engine import EngineConfig, running_engine
from harness.emulator.gateway.environment import gateway_environment
from harness.emulator.readiness import gateway_ready, save_database_ca

__all__ = ["SupervisorConfig", "supervise"]

logger = logging.getLogger(__name__)

ENGINE_SOCKET = "docker.sock"
_OWNER_POLL_SECONDS = 0.5
_GATEWAY_STOP_SECONDS = 10.0


@dataclass(frozen=True)
class SupervisorConfig:
    """How one cloud runs.

    Attributes:
        directory: Its private folder, which exists.
        region: AWS region to play.
        port: Port of the AWS API on 127.0.0.1; 0 takes a free one.
        docker_host: A Docker or Podman engine to use; None for the built-in one.
        owner_pid: The cloud ends when this process does; None: it runs until told to stop.
    """

    directory: Path
    region: str
    port: int = 0
    docker_host: str | None = None
    owner_pid: int | None = None


async def supervise(config: SupervisorConfig) -> int:
    """Run a cloud until SIGTERM, until its owner has gone, or until a part of it ends.

    Returns:
        Exit status: 0 when told to stop, 1 when a part ended by itself.
    """
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    async with AsyncExitStack() as stack:
        engine = config.docker_host or await stack.enter_async_context(_engine(config))
        gateway = await stack.enter_async_context(_gateway(config, engine))
        ended = asyncio.create_task(gateway.process.wait())
        await gateway_ready(gateway.endpoint, ended)
        await save_database_ca(gateway.endpoint, config.directory / CA_FILE)
        _write_info(config, gateway.endpoint, engine)
        waiting = {asyncio.create_task(stop.wait()), ended}
        if config.owner_pid is not None:
            waiting.add(asyncio.create_task(_gone(config.owner_pid)))
        await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        if ended.done() and not stop.is_set():
            logger.error("the gateway ended by itself with status %s", ended.result())
            return 1
    return 0


@dataclass(frozen=True)
class _Gateway:
    process: asyncio.subprocess.Process
    endpoint: str


@asynccontextmanager
async def _engine(config: SupervisorConfig) -> AsyncIterator[str]:
    path = config.directory / ENGINE_SOCKET
    engine_config = EngineConfig(
        socket=path, directory=config.directory / "engine", ca_file=config.directory / CA_FILE
    )
    async with running_engine(engine_config):
        yield f"unix://{path}"


@asynccontextmanager
async def _gateway(config: SupervisorConfig, docker_host: str) -> AsyncIterator[_Gateway]:
    port = config.port or _free_port()
    environment = gateway_environment(
        port=port,
        region=config.region,
        docker_host=docker_host,
        container_name="" if config.docker_host else EngineConfig.gateway_name,
    )
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "harness.emulator.gateway",
        env=environment,
        stdin=asyncio.subprocess.DEVNULL,
    )
    try:
        yield _Gateway(process, f"http://127.0.0.1:{port}")
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


async def _gone(pid: int) -> None:
    """Return when process ``pid`` has ended."""
    try:
        owner = psutil.Process(pid)
    except psutil.NoSuchProcess:
        return
    while owner.is_running() and owner.status() != psutil.STATUS_ZOMBIE:
        await asyncio.sleep(_OWNER_POLL_SECONDS)
    logger.warning("the owner (process %s) has gone; stopping", pid)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _write_info(config: SupervisorConfig, endpoint: str, docker_host: str) -> None:
    CloudInfo(
        directory=str(config.directory),
        endpoint=endpoint,
        region=config.region,
        docker_host=docker_host,
        pid=os.getpid(),
        created=psutil.Process().create_time(),
    ).write()
