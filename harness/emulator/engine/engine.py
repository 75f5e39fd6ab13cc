"""The engine: creates, starts, stops and removes containers that are ordinary processes."""

import asyncio
import logging
import secrets
import shutil
import signal
import time
from collections.abc import Mapping
from typing import Any

from harness.emulator.engine.accounts import Account, unprivileged_account
from harness.emulator.engine.backoff import CrashBackoff
from harness.emulator.engine.config import EngineConfig
from harness.emulator.engine.container import Container, ContainerSpec, State
from harness.emulator.engine.errors import ConflictError, DockerApiError, NotFoundError
from harness.emulator.engine.image import Image, Launch, Setting
from harness.emulator.engine.logs import ContainerLog
from harness.emulator.engine.network import LoopbackNetwork
from harness.emulator.engine.processes import port_listens, spawn
from harness.emulator.engine.reaper import ProcessRecord, sweep_orphans
from harness.emulator.engine.registry import ImageRegistry
from harness.emulator.engine.volumes import VolumeStore
from harness.errors import HarnessError

__all__ = ["Engine"]

logger = logging.getLogger(__name__)

_POLL_SECONDS = 0.02
_FAILED_TO_START = 128


class Engine:
    """All containers of one embedded cloud.

    Everything but blocking look-ups happens in one asyncio loop, so that no state needs a lock;
    a container's own lock orders its start, stop and removal.

    Args:
        config: How it runs.
        images: The images that it knows.

    Raises:
        EmulatorError: No loopback network can be claimed, or no account can be dropped to.
    """

    def __init__(self, config: EngineConfig, images: tuple[Image, ...]) -> None:
        config.directory.mkdir(parents=True, exist_ok=True)
        # PostgreSQL may run as another account, which has to pass through to its own folders.
        config.directory.chmod(0o711)
        sweep_orphans(config.directory)
        self.config = config
        self.started = time.time()
        self.identity = secrets.token_hex(16)
        self.registry = ImageRegistry(images)
        self.account: Account | None = unprivileged_account()
        self.network = LoopbackNetwork(config.directory / "network.json", config.subnet)
        self.volumes = VolumeStore(config.directory, self.account)
        self.containers: dict[str, Container] = {}
        self._record = ProcessRecord(config.directory)
        self._backoff = CrashBackoff(longest=config.start_seconds / 2)

    def resolve(self, host: str) -> str | None:
        """Return the address of the container that a host name belongs to; None if none does.

        Knows the names that clients gave to containers (``NetworkingConfig`` aliases: MiniStack
        registers a database cluster's endpoints that way) and the containers' own names.
        """
        for container in self.containers.values():
            if host in (container.name, container.id[:12]) and container.address:
                return container.address
        return self.network.resolve(host)

    def find(self, reference: str) -> Container:
        """Return a container by id, unique start of an id, or name.

        Raises:
            NotFoundError: There is none.
        """
        if reference in self.containers:
            return self.containers[reference]
        name = reference.removeprefix("/")
        named = [each for each in self.containers.values() if each.name == name]
        found = named or [each for key, each in self.containers.items() if key.startswith(name)]
        if not name or len(found) != 1:
            raise NotFoundError(f"No such container: {reference}")
        return found[0]

    async def create(self, name: str, body: Mapping[str, Any]) -> Container:
        """Create a container; nothing runs yet.

        Raises:
            ConflictError: The name is taken.
            NotFoundError: The image has to be pulled first, or does not exist.
        """
        spec = ContainerSpec.from_request(body)
        image = await asyncio.to_thread(self.registry.local, spec.image)
        name = name.removeprefix("/") or f"container-{secrets.token_hex(4)}"
        for other in self.containers.values():
            if other.name == name:
                raise ConflictError(
                    f'Conflict. The container name "/{name}" is already in use by container '
                    f'"{other.id}". You have to remove (or rename) that container to be able to '
                    "reuse that name."
                )
        key = secrets.token_hex(32)
        root = self.volumes.container_folder(key[:12])
        log = ContainerLog(self.config.directory / f"{key[:12]}.log")
        container = Container(name, spec, image, root, log, id=key)
        container.address = self.network.attach(key, spec.aliases)
        for volume in spec.volumes.values():
            self.volumes.create(volume)
        self.containers[key] = container
        return container

    async def start(self, container: Container) -> bool:
        """Start a container; return once its port listens, its process ended, or time is up.

        Returns:
            False when it was running already.

        Raises:
            DockerApiError: It could not be started.
        """
        async with container.lock:
            if container.state.running:
                return False
            await asyncio.sleep(self._backoff.delay(container.family))
            try:
                launch = await asyncio.to_thread(container.image.launch, self._setting(container))
                await self._run(container, launch)
            except HarnessError as error:
                container.log.note(str(error))
                container.state = State(
                    "exited", _FAILED_TO_START, str(error), finished=time.time()
                )
                container.state.ended.set()
                raise DockerApiError(
                    f"failed to start container {container.name}: {error}"
                ) from error
        await self._listening(container)
        return True

    async def stop(self, container: Container, seconds: float | None = None) -> bool:
        """Ask a container to stop, and kill it when it does not in time.

        Returns:
            False when it was not running.
        """
        process, watcher = container.process, container.watcher
        if process is None or watcher is None:
            return False
        container.state.stopping = True
        process.send(container.image.stop_signal)
        grace = self.config.stop_seconds if seconds is None else seconds
        done, _ = await asyncio.wait({watcher}, timeout=grace)
        if not done:
            container.log.note(f"did not stop within {grace:g} s; killing it")
            process.kill()
            await asyncio.wait({watcher})
        return True

    async def kill(self, container: Container, number: signal.Signals) -> None:
        """Send a signal to a running container.

        Raises:
            ConflictError: It does not run.
        """
        if container.process is None:
            raise ConflictError(
                f"cannot kill container: {container.name}: container {container.id} is not running"
            )
        if number != signal.SIGKILL:
            container.process.send(number)
            return
        container.process.kill()

    async def remove(self, container: Container, *, force: bool) -> None:
        """Remove a container and its files; named volumes stay.

        Raises:
            ConflictError: It runs, and ``force`` is not set.
        """
        if container.state.running and not force:
            raise ConflictError(
                f"cannot remove container {container.name!r}: container is running: stop the "
                "container before removing or force remove"
            )
        await self.stop(container, 0.0)
        if self.containers.pop(container.id, None) is None:
            return
        container.gone()
        self.network.detach(container.id)
        container.log.close()
        (self.config.directory / f"{container.id[:12]}.log").unlink(missing_ok=True)
        await asyncio.to_thread(shutil.rmtree, container.root, ignore_errors=True)

    async def pull(self, reference: str) -> Image:
        """Make an image ready to run.

        Raises:
            NotFoundError: No such image.
            DockerApiError: It cannot be had now.
        """
        image = self.registry.remote(reference)
        try:
            await asyncio.to_thread(image.pull)
        except DockerApiError:
            raise
        except HarnessError as error:
            raise DockerApiError(str(error)) from error
        return image

    async def close(self) -> None:
        """Stop and remove every container, then everything that is not to be kept."""
        await asyncio.gather(*(self._retire(each) for each in list(self.containers.values())))
        self.network.close()
        self.volumes.close(keep=self.config.keep_volumes)
        if not self.config.keep_volumes:
            shutil.rmtree(self.config.directory, ignore_errors=True)

    async def _retire(self, container: Container) -> None:
        await self.stop(container)
        await self.remove(container, force=True)

    def _setting(self, container: Container) -> Setting:
        ca_file = self.config.ca_file
        return Setting(
            address=container.address,
            environment=container.spec.environment,
            entrypoint=container.spec.entrypoint,
            command=container.spec.command,
            root=container.root,
            mounts={
                path: self.volumes.folder(name) for path, name in container.spec.volumes.items()
            },
            shared_folder=self.volumes.shared_folder,
            account=self.account,
            resolve=self.resolve,
            ca_file=ca_file if ca_file is not None and ca_file.exists() else None,
            note=container.log.note,
        )

    async def _run(self, container: Container, launch: Launch) -> None:
        for step in launch.before:
            await self._run_to_end(container, step)
        process = await spawn(
            launch,
            container.log,
            python=self.config.python,
            orphan_signal=container.image.orphan_signal,
        )
        self._record.add(process.pid, container.name)
        container.process = process
        container.enter(State("running", started=time.time()))
        container.log.opened()
        container.watcher = asyncio.create_task(self._watch(container))

    async def _run_to_end(self, container: Container, step: Launch) -> None:
        process = await spawn(
            step, container.log, python=self.config.python, orphan_signal=signal.SIGKILL
        )
        self._record.add(process.pid, container.name)
        status = await process.wait()
        self._record.remove(process.pid)
        if status:
            raise HarnessError(f"`{step.command[0]}` ended with status {status}; see its log")

    async def _watch(self, container: Container) -> None:
        process, state = container.process, container.state
        assert process is not None  # noqa: S101 -- set right before this task was made
        state.exit_code = await process.wait()
        state.status, state.finished = "exited", time.time()
        container.process = None
        self._record.remove(process.pid)
        self._backoff.ended(
            container.family, lived=state.finished - state.started, asked=state.stopping
        )
        container.log.ended()
        state.ended.set()
        logger.info("container %s ended with status %s", container.name, state.exit_code)

    async def _listening(self, container: Container) -> None:
        deadline = time.monotonic() + self.config.start_seconds
        while container.state.running and time.monotonic() < deadline:
            if await port_listens(container.address, container.port):
                return
            await asyncio.sleep(_POLL_SECONDS)
