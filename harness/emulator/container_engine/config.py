"""What an engine needs to know before it starts."""

from dataclasses import dataclass
from ipaddress import IPv4Network
from pathlib import Path

from harness.core.errors import UsageError
from harness.emulator.container_engine.image import Image

# sun_path of <sys/un.h>: 108 bytes on Linux, 104 on macOS, both with a closing zero.
_LONGEST_SOCKET_PATH = 103


@dataclass(frozen=True)
class EngineConfig:
    """How one engine runs.

    Attributes:
        socket: Unix socket on which the Docker Engine API is served. Its folder should be private:
            whoever may connect may start processes.
        directory: The engine's own folder: container files, logs, volumes, records. It is removed
            when the engine stops, unless ``keep_volumes`` is set.
        images: The images that it can run; None for the catalog API and PostgreSQL 14 to 18.
        subnet: A 127.x.y.0/24 for the containers; None takes a free one.
        network: Name of the one network, as ``docker network ls`` shows it.
        gateway_name: Container name under which the cloud finds itself
            (``GET /containers/NAME/json``), so that it knows the network; see MiniStack's use of
            ``HOSTNAME``.
        gateway_address: Address at which containers reach the cloud.
        ca_file: Certificate authority of the databases, in PEM. It may appear later: it is looked
            at whenever a container starts.
        start_seconds: How long a start waits until the container serves, in seconds.
        stop_seconds: Time between the polite and the final signal when the caller names none.
        keep_volumes: Keep named volumes when the engine stops, for a warm start.
    """

    socket: Path
    directory: Path
    images: tuple[Image, ...] | None = None
    subnet: IPv4Network | None = None
    network: str = "catalog-harness"
    gateway_name: str = "catalog-harness-cloud"
    gateway_address: str = "127.0.0.1"
    ca_file: Path | None = None
    start_seconds: float = 8.0
    stop_seconds: float = 10.0
    keep_volumes: bool = False

    def __post_init__(self) -> None:
        if len(str(self.socket)) > _LONGEST_SOCKET_PATH:
            raise UsageError(
                f"the path of the container engine's socket has {len(str(self.socket))} "
                f"characters; the system allows {_LONGEST_SOCKET_PATH}: {self.socket}",
                remedy="choose a shorter temporary folder (TMPDIR)",
            )
