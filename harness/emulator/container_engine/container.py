"""One container: what the client asked for, and what became of it."""

import asyncio
import hashlib
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from harness.emulator.container_engine.errors import InvalidRequestError
from harness.emulator.container_engine.image import Image
from harness.emulator.container_engine.logs import ContainerLog
from harness.emulator.container_engine.processes import ChildProcess

_ROLLING_LABELS = ("com.amazonaws.ecs.task-arn", "ministack.boot")


@dataclass(frozen=True)
class ContainerSpec:
    """The part of ``POST /containers/create`` that this engine acts on.

    Attributes:
        image: The reference as the client wrote it.
        environment: Environment variables.
        entrypoint: Entry point; empty for the image's own.
        command: Command; empty for the image's own.
        labels: Labels.
        volumes: Path inside the container -> name of the volume.
        aliases: Names under which the network knows it.
        body: The whole request, for ``inspect``.
    """

    image: str
    environment: Mapping[str, str]
    entrypoint: tuple[str, ...]
    command: tuple[str, ...]
    labels: Mapping[str, str]
    volumes: Mapping[str, str]
    aliases: tuple[str, ...]
    body: Mapping[str, Any] = field(repr=False)

    @classmethod
    def from_request(cls, body: Mapping[str, Any]) -> "ContainerSpec":
        """Read a request body.

        Raises:
            InvalidRequestError: The image is missing, or a bind is not a named volume.
        """
        if not body.get("Image"):
            raise InvalidRequestError("no image in the request to create a container")
        host = body.get("HostConfig") or {}
        endpoints = (body.get("NetworkingConfig") or {}).get("EndpointsConfig") or {}
        aliases = [
            name for point in endpoints.values() for name in (point or {}).get("Aliases") or ()
        ]
        return cls(
            image=body["Image"],
            environment=dict(_assignment(item) for item in body.get("Env") or ()),
            entrypoint=_words(body.get("Entrypoint")),
            command=_words(body.get("Cmd")),
            labels=body.get("Labels") or {},
            volumes=dict(_volume(bind) for bind in host.get("Binds") or ()),
            aliases=tuple(aliases),
            body=body,
        )


@dataclass
class State:
    """Where a container is in its life; times in seconds since the epoch, 0 for never."""

    status: str = "created"
    exit_code: int = 0
    error: str = ""
    started: float = 0.0
    finished: float = 0.0
    stopping: bool = False
    ended: asyncio.Event = field(default_factory=asyncio.Event)
    superseded: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def running(self) -> bool:
        """Whether its process runs."""
        return self.status == "running"


@dataclass(eq=False)
class Container:
    """A container of the engine.

    Attributes:
        name: Its name, without Docker's leading slash.
        spec: What the client asked for.
        image: The image behind ``spec.image``.
        root: Its private folder.
        log: Its log.
        id: 64 hexadecimal digits.
        created: When it was created, in seconds since the epoch.
        state: Where it is in its life.
        address: Its loopback address.
        process: Its process, while it runs.
        preparing: The process that prepares its start, meanwhile.
        watcher: Done when the process has ended and the state says so.
        removed: Set once it is being removed.
        lock: Held while it starts.
    """

    name: str
    spec: ContainerSpec
    image: Image
    root: Path
    log: ContainerLog
    id: str = field(default_factory=lambda: secrets.token_hex(32))
    created: float = field(default_factory=time.time)
    state: State = field(default_factory=State)
    address: str = ""
    process: ChildProcess | None = None
    preparing: ChildProcess | None = None
    watcher: asyncio.Task[None] | None = None
    removed: asyncio.Event = field(default_factory=asyncio.Event)
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)

    def enter(self, state: State) -> None:
        """Begin another part of its life."""
        self.state, before = state, self.state
        before.superseded.set()

    async def next_run(self) -> State:
        """Wait until it is started (again); return the state of that run."""
        await self.state.superseded.wait()
        return self.state

    @property
    def host_name(self) -> str:
        """What it calls itself: the start of its id, as in Docker."""
        return self.id[:12]

    @property
    def family(self) -> str:
        """Containers that crash for the same reason: same image, same lasting labels."""
        lasting = {k: v for k, v in self.spec.labels.items() if k not in _ROLLING_LABELS}
        return hashlib.sha256(repr((self.spec.image, sorted(lasting.items()))).encode()).hexdigest()

    @property
    def port(self) -> int:
        """TCP port on which its program listens."""
        return self.image.port(self.spec.environment)

    @property
    def command(self) -> tuple[str, ...]:
        """What it runs, as the client sees it."""
        return (*self.spec.entrypoint, *self.spec.command) or self.image.default_command


def _words(value: object) -> tuple[str, ...]:
    if value is None:
        return ()
    return (value,) if isinstance(value, str) else tuple(value)  # type: ignore[arg-type]


def _assignment(item: str) -> tuple[str, str]:
    name, _, value = item.partition("=")
    return name, value


def _volume(bind: str) -> tuple[str, str]:
    source, _, rest = bind.partition(":")
    if not source or source.startswith((".", "/")):
        raise InvalidRequestError(
            f"invalid mount {bind!r}: only named volumes can be mounted by this engine"
        )
    return rest.partition(":")[0], source
