"""What an image is here: a recipe for running one known program as an ordinary process."""

import hashlib
import signal
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from harness.emulator.container_engine.accounts import Account


@dataclass(frozen=True)
class LaunchContext:
    """The place in which a container is about to start.

    Attributes:
        address: The container's own loopback address.
        host_name: What the container calls itself.
        environment: The environment that the client asked for.
        entrypoint: Entry point of the client; empty for the image's own.
        command: Command of the client; empty for the image's own.
        root: The container's private folder; absolute paths of copied-in files lie below it.
        mounts: Path inside the container -> folder of the volume mounted there.
        shared_folder: A folder that every account can pass through.
        account: The account to drop to when the engine runs as root.
        resolve: Host name -> address of the container that carries it as an alias.
        ca_file: Certificate authority of the databases, if known by now.
        note: Writes a line into the container's log.
    """

    address: str
    host_name: str
    environment: Mapping[str, str]
    entrypoint: tuple[str, ...]
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
        command: Program and arguments.
        environment: Its whole environment.
        directory: Its working directory.
        account: The account to run as; None for the engine's own.
        before: Commands to run to their end first; a failure ends the container.
        stdin: What it reads from standard input.
    """

    command: tuple[str, ...]
    environment: Mapping[str, str]
    directory: Path
    account: Account | None = None
    before: tuple["Launch", ...] = ()
    stdin: bytes = field(default=b"", repr=False)


class Image(Protocol):
    """A known image."""

    @property
    def repository(self) -> str:
        """Repository without registry and ``library/``, such as ``postgres``."""

    @property
    def tag(self) -> str:
        """The tag under which ``docker images`` lists it."""

    @property
    def digest(self) -> str:
        """Digest of the content (``sha256:...``), the same for each tag of this image."""

    @property
    def default_command(self) -> tuple[str, ...]:
        """What ``docker ps`` shows when the client named no command."""

    @property
    def stop_signal(self) -> signal.Signals:
        """Signal that asks the program to stop."""

    @property
    def orphan_signal(self) -> signal.Signals:
        """Signal that the program gets when the engine dies without stopping it."""

    def has_tag(self, tag: str) -> bool:
        """Whether this image answers to a tag."""

    def present(self) -> bool:
        """Whether everything needed to run it is on this machine."""

    def pull(self) -> None:
        """Fetch what is needed to run it; blocks, and is called in a thread.

        Raises:
            HarnessError: It cannot be had; the message says why.
        """

    def port(self, environment: Mapping[str, str]) -> int:
        """TCP port on which a container with this environment listens."""

    async def ready(self, address: str, environment: Mapping[str, str]) -> bool:
        """Whether the program at an address serves by now."""

    def launch(self, context: LaunchContext) -> Launch:
        """Say how to start it in a context; blocks, and is called in a thread."""


def image_digest(*parts: str) -> str:
    """Return a digest that stands for an image's content."""
    return "sha256:" + hashlib.sha256("\n".join(parts).encode()).hexdigest()
