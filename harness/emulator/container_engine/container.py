"""One container: its specification and its state."""

import asyncio
import hashlib
import secrets
import time
from collections.abc import Iterable, Mapping
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
    """The supported part of ``POST /containers/create``.

    Entry point and command are empty for those of the image; ``volumes`` maps paths inside the
    container to names.
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
        """Parse a request body.

        Raises:
            InvalidRequestError: The image is missing, or a bind is not a named volume.
        """
        if not body.get("Image"):
            raise InvalidRequestError("no image in the request to create a container")
        host = body.get("HostConfig") or {}
        endpoints = (body.get("NetworkingConfig") or {}).get("EndpointsConfig") or {}
        aliases = [n for each in endpoints.values() for n in (each or {}).get("Aliases") or ()]
        return cls(
            image=body["Image"],
            environment={
                **_port(body.get("ExposedPorts") or {}),
                **dict(item.partition("=")[::2] for item in body.get("Env") or ()),
            },
            entrypoint=_words(body.get("Entrypoint")),
            command=_words(body.get("Cmd")),
            labels=body.get("Labels") or {},
            volumes=dict(_volume(bind) for bind in host.get("Binds") or ()),
            aliases=tuple(aliases),
            body=body,
        )


@dataclass
class State:
    """The state of one run of a container; times in seconds since the epoch, 0: never."""

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
        name: Its name, without the leading slash of Docker.
        id: 64 hexadecimal digits.
        created: When it was created, in seconds since the epoch.
        preparing: The current process of ``Launch.before``.
        watcher: Done when the process has ended and the state is updated.
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
        """Replace the state."""
        self.state, before = state, self.state
        before.superseded.set()

    async def next_run(self) -> State:
        """Wait for the next start; return the state of that run."""
        await self.state.superseded.wait()
        return self.state

    @property
    def host_name(self) -> str:
        """Its host name: the first 12 digits of its id, as in Docker."""
        return self.id[:12]

    @property
    def family(self) -> str:
        """Key of equal containers: same image, same labels except those of a single run."""
        lasting = {k: v for k, v in self.spec.labels.items() if k not in _ROLLING_LABELS}
        return hashlib.sha256(repr((self.spec.image, sorted(lasting.items()))).encode()).hexdigest()

    @property
    def port(self) -> int:
        """TCP port of its program."""
        return self.image.port_of(self.spec.environment)

    @property
    def command(self) -> tuple[str, ...]:
        """Its command in descriptions of the API."""
        return (*self.spec.entrypoint, *self.spec.command) or self.image.default_command


def _words(value: object) -> tuple[str, ...]:
    if value is None:
        return ()
    return (value,) if isinstance(value, str) else tuple(value)  # type: ignore[arg-type]


def _port(exposed: Iterable[str]) -> dict[str, str]:
    """Return the variable of the port of the first mapping, such as ``8080/tcp``."""
    first = next(iter(exposed), "").partition("/")[0]
    return {"PORT": first} if first else {}


def _volume(bind: str) -> tuple[str, str]:
    source, _, rest = bind.partition(":")
    if not source or source.startswith((".", "/")):
        raise InvalidRequestError(
            f"invalid mount {bind!r}: only named volumes can be mounted by this engine"
        )
    return rest.partition(":")[0], source
