"""The configuration of an engine."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harness.core.errors import UsageError
from harness.emulator.container_engine.image import Image

# sun_path of <sys/un.h>: 108 bytes on Linux, 104 on macOS, both null-terminated.
LONGEST_SOCKET_PATH = 103


@dataclass(frozen=True)
class EngineConfig:
    """Configuration of one engine.

    Attributes:
        socket: Unix socket of the Docker Engine API. Its folder should be private: a client can
            start processes.
        directory: Folder for container files, logs, volumes, records. Removed when the engine
            stops.
        images: Supported images; None: the catalog API and PostgreSQL 14 to 18.
        process_images: Fields of others (``ProcessImage``), which take precedence.
        network: Name of the only network in ``docker network ls``.
        gateway_name: Container name of the cloud itself (``GET /containers/NAME/json``), by which
            MiniStack detects its network (``HOSTNAME``).
        ca_file: Certificate authority of the databases in PEM. May be created later: checked at
            each start of a container.
        start_seconds: Timeout of a start in seconds: time until the container is ready.
        stop_seconds: Default seconds between the stop signal and SIGKILL.
    """

    socket: Path
    directory: Path
    images: tuple[Image, ...] | None = None
    process_images: Sequence[Mapping[str, Any]] = ()
    network: str = "catalog-harness"
    gateway_name: str = "catalog-harness-cloud"
    ca_file: Path | None = None
    start_seconds: float = 8.0
    stop_seconds: float = 10.0

    def __post_init__(self) -> None:
        if len(str(self.socket)) > LONGEST_SOCKET_PATH:
            raise UsageError(
                f"the path of the container engine's socket has {len(str(self.socket))} "
                f"characters; the system allows {LONGEST_SOCKET_PATH}: {self.socket}",
                remedy="choose a shorter temporary folder (TMPDIR)",
            )
