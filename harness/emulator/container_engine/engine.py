"""The engine: all containers, images and volumes of one embedded cloud."""

import asyncio
import logging
import secrets
from collections.abc import Mapping
from typing import Any

from harness.core.errors import HarnessError
from harness.core.folders import create_folder, remove_folder
from harness.emulator.container_engine.accounts import unprivileged_account
from harness.emulator.container_engine.config import EngineConfig
from harness.emulator.container_engine.container import Container, ContainerSpec
from harness.emulator.container_engine.errors import ConflictError, DockerApiError, NotFoundError
from harness.emulator.container_engine.image import Image, LaunchContext
from harness.emulator.container_engine.image_references import ImageRegistry
from harness.emulator.container_engine.lifecycle import Lifecycle
from harness.emulator.container_engine.logs import ContainerLog
from harness.emulator.container_engine.network import LoopbackNetwork
from harness.emulator.container_engine.volumes import VolumeStore

logger = logging.getLogger(__name__)


class Engine:
    """Manages the containers of one embedded cloud.

    All state is changed in one asyncio loop, without locks; only blocking look-ups use threads.

    Raises:
        EmulatorError: No loopback network is free, or there is no unprivileged account.
    """

    def __init__(self, config: EngineConfig, images: tuple[Image, ...]) -> None:
        # PostgreSQL may run as another account, which needs access to its folders.
        create_folder(config.directory, mode=0o711)
        self.config = config
        self.identity = secrets.token_hex(16)
        self.registry = ImageRegistry(images)
        self.containers: dict[str, Container] = {}
        self._account = unprivileged_account()
        self.volumes = VolumeStore(config.directory, self._account)
        self.network = LoopbackNetwork()
        self.lifecycle = Lifecycle(config.directory, config.start_seconds)

    def resolve(self, host: str) -> str | None:
        """Return the address of the container with a host name; None if there is none.

        Resolves names and host names of containers, and aliases (``NetworkingConfig``), which
        MiniStack uses for the endpoints of database clusters.
        """
        for container in self.containers.values():
            if host in (container.name, container.host_name):
                return container.address
        return self.network.resolve(host)

    def find(self, reference: str) -> Container:
        """Return a container by id, unique prefix of an id, or name.

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
        """Create a container without starting it.

        Raises:
            ConflictError: The name is in use.
            InvalidRequestError: The request is invalid.
            NotFoundError: The image has not been pulled, or does not exist.
        """
        spec = ContainerSpec.from_request(body)
        image = await asyncio.to_thread(self.registry.local, spec.image)
        name = name.removeprefix("/") or f"container-{secrets.token_hex(4)}"
        self._raise_if_in_use(name)
        key = secrets.token_hex(32)
        for volume in spec.volumes.values():
            self.volumes.create(volume)
        address = self.network.attach(key, spec.aliases)
        root = self.volumes.container_folder(key[:12])
        log = ContainerLog(self.config.directory / f"{key[:12]}.log")
        container = Container(name, spec, image, root, log, id=key, address=address)
        self.containers[key] = container
        return container

    async def start(self, container: Container) -> bool:
        """Start a container: see ``Lifecycle.start``."""
        return await self.lifecycle.start(container, self._launch_context(container))

    async def stop(self, container: Container, seconds: float | None = None) -> bool:
        """Stop a container: see ``Lifecycle.stop``; by default after ``stop_seconds``."""
        grace = self.config.stop_seconds if seconds is None else seconds
        return await self.lifecycle.stop(container, grace)

    async def remove(
        self, container: Container, *, force: bool = False, grace: float = 0.0
    ) -> None:
        """Remove a container and its files, but not its named volumes.

        Args:
            force: Whether to stop a running container first.
            grace: Seconds between the stop signal and SIGKILL.

        Raises:
            ConflictError: It is running, and ``force`` is not set.
        """
        if container.state.running and not force:
            raise ConflictError(
                f"cannot remove container {container.name!r}: container is running: stop the "
                "container before removing or force remove"
            )
        self.containers.pop(container.id, None)
        await self.lifecycle.end(container, grace)
        self.network.detach(container.id)
        container.log.remove()
        await asyncio.to_thread(self.volumes.remove_container_folder, container.root)

    async def pull(self, reference: str) -> Image:
        """Make an image available.

        Raises:
            NotFoundError: No such image.
            DockerApiError: It cannot be downloaded.
        """
        image = self.registry.remote(reference)
        try:
            await asyncio.to_thread(image.pull)
        except HarnessError as error:
            # docker-py drops the error of a pull.
            logger.warning("image %s cannot be pulled: %s", reference, error)
            raise DockerApiError(str(error)) from error
        return image

    async def close(self) -> None:
        """Stop and remove all containers, then the folder; idempotent."""
        grace = self.config.stop_seconds
        left = list(self.containers.values())
        await asyncio.gather(*(self.remove(each, force=True, grace=grace) for each in left))
        self.network.close()
        self.volumes.close()
        remove_folder(self.config.directory, parent=self.config.directory.parent)

    def _raise_if_in_use(self, name: str) -> None:
        for other in self.containers.values():
            if other.name == name:
                raise ConflictError(
                    f'Conflict. The container name "/{name}" is already in use by container '
                    f'"{other.id}". You have to remove (or rename) that container to be able to '
                    "reuse that name."
                )

    def _launch_context(self, container: Container) -> LaunchContext:
        spec, ca_file = container.spec, self.config.ca_file
        return LaunchContext(
            address=container.address,
            host_name=container.host_name,
            environment=spec.environment,
            command=(*spec.entrypoint, *spec.command),
            root=container.root,
            mounts={path: self.volumes.create(name) for path, name in spec.volumes.items()},
            shared_folder=self.volumes.shared_folder,
            account=self._account,
            resolve=self.resolve,
            ca_file=ca_file if ca_file is not None and ca_file.exists() else None,
            note=container.log.note,
        )
