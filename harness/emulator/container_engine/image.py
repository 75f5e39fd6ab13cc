"""The interface of images: each describes how to run one program as an ordinary process."""

import hashlib
import signal
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from harness.emulator.container_engine.accounts import Account


@dataclass(frozen=True)
class LaunchContext:
    """The environment of a container at its start.

    Attributes:
        address: Loopback address of the container.
        command: Entry point and command of the client; empty: that of the image.
        root: Private folder of the container; absolute paths of copied files are below it.
        mounts: Path inside the container -> folder of the volume mounted there.
        shared_folder: A folder that all accounts can enter.
        account: The account to drop to when the engine runs as root.
        resolve: Returns the address of a host name; None if no container has it.
        ca_file: Certificate authority of the databases, if it exists.
    """

    address: str
    host_name: str
    environment: Mapping[str, str]
    command: tuple[str, ...]
    root: Path
    mounts: Mapping[str, Path]
    shared_folder: Path
    account: Account | None
    resolve: Callable[[str], str | None]
    ca_file: Path | None
    note: Callable[[str], None]


@dataclass(frozen=True)
class Launch:
    """A process to start.

    Attributes:
        account: The account to run as; None: that of the engine.
        before: Commands to run first; the failure of one ends the container.
    """

    command: tuple[str, ...]
    environment: Mapping[str, str]
    directory: Path
    account: Account | None = None
    before: tuple["Launch", ...] = ()
    stdin: bytes = field(default=b"", repr=False)


class Image(ABC):
    """A supported image.

    Attributes:
        repository: Without registry and ``library/``, such as ``postgres``.
        tag: The tag in ``docker images``.
        default_command: The command in ``docker ps`` if the client set none.
        port_variable: Environment variable of the TCP port; without it ``port``.
        stop_signal: Signal that stops the program.
        orphan_signal: Signal for the program when the engine is killed.
        starts_in_background: Whether a start returns at once, as in Docker, because its clients
            wait for it.
    """

    repository: str
    tag: str
    default_command: tuple[str, ...]
    port_variable = "PORT"
    port: int
    stop_signal = signal.SIGTERM
    orphan_signal = signal.SIGKILL
    starts_in_background = False

    @property
    def digest(self) -> str:
        """Digest of the content (``sha256:...``), the same for all tags."""
        return image_digest(self.repository, self.tag)

    @abstractmethod
    def has_tag(self, tag: str) -> bool:
        """Whether this image has a tag."""

    def present(self) -> bool:
        """Whether it can run without a pull, as one that is installed with this engine."""
        return True

    def pull(self) -> None:  # noqa: B027 -- optional
        """Download what it requires; blocks, called in a thread.

        Raises:
            HarnessError: It cannot be downloaded.
        """

    def port_of(self, environment: Mapping[str, str]) -> int:
        """TCP port of a container; an invalid value is left to the program."""
        text = environment.get(self.port_variable, "")
        return int(text) if text.isdecimal() else self.port

    @abstractmethod
    async def is_ready(self, address: str, environment: Mapping[str, str]) -> bool:
        """Whether the program at an address is ready."""

    @abstractmethod
    def launch(self, context: LaunchContext) -> Launch:
        """Return the process to start; blocks, called in a thread."""


def image_digest(*parts: str) -> str:
    """Return a digest for the content of an image."""
    return "sha256:" + hashlib.sha256("\n".join(parts).encode()).hexdigest()
