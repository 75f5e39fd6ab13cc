"""The interface of images: each describes how to run one program as an ordinary process."""

import hashlib
import signal
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

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


class Image(Protocol):
    """A supported image."""

    @property
    def repository(self) -> str:
        """Repository without registry and ``library/``, such as ``postgres``."""

    @property
    def tag(self) -> str:
        """The tag in ``docker images``."""

    @property
    def digest(self) -> str:
        """Digest of the content (``sha256:...``), the same for all tags."""

    @property
    def default_command(self) -> tuple[str, ...]:
        """The command in ``docker ps`` if the client set none."""

    @property
    def stop_signal(self) -> signal.Signals:
        """Signal that stops the program."""

    @property
    def orphan_signal(self) -> signal.Signals:
        """Signal for the program when the engine is killed."""

    @property
    def starts_in_background(self) -> bool:
        """Whether a start returns at once, as in Docker, because its clients wait for it."""

    def has_tag(self, tag: str) -> bool:
        """Whether this image has a tag."""

    def present(self) -> bool:
        """Whether it can run without a pull."""

    def pull(self) -> None:
        """Download what it requires; blocks, called in a thread.

        Raises:
            HarnessError: It cannot be downloaded.
        """

    def port(self, environment: Mapping[str, str]) -> int:
        """TCP port of a container with this environment."""

    async def ready(self, address: str, environment: Mapping[str, str]) -> bool:
        """Whether the program at an address is ready."""

    def launch(self, context: LaunchContext) -> Launch:
        """Return the process to start; blocks, called in a thread."""


def image_digest(*parts: str) -> str:
    """Return a digest for the content of an image."""
    return "sha256:" + hashlib.sha256("\n".join(parts).encode()).hexdigest()
