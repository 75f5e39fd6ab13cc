"""The configuration of a cloud, which its starter hands to its supervisor in a file."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from harness.emulator.cloud_info import ENGINE_SOCKET

_FILE = "configuration.json"


@dataclass(frozen=True)
class SupervisorConfig:
    """Configuration of one cloud.

    Attributes:
        directory: Its private folder, which exists.
        port: Port of the AWS API on 127.0.0.1; 0: any free port.
        docker_host: Docker or Podman engine that replaces the built-in one.
        owner_pid: PID whose exit stops the cloud.
        allow_code: Whether services that run code and that the stack does not use are available.
        aws_delays: Whether it takes its time as AWS does.
        until_kept: Whether the exit of the owner is ignored once the file ``KEPT_FILE`` exists.
        process_images: Those of ``EngineConfig``.
    """

    directory: Path
    region: str
    port: int = 0
    docker_host: str | None = None
    owner_pid: int | None = None
    allow_code: bool = False
    aws_delays: bool = False
    until_kept: bool = False
    process_images: Sequence[Mapping[str, Any]] = ()

    @property
    def engine(self) -> str:
        """Its container engine, in the format of ``DOCKER_HOST``."""
        return self.docker_host or f"unix://{self.directory / ENGINE_SOCKET}"

    def write(self) -> None:
        """Write it to the folder, for this user alone: variables of images may be secret."""
        path = self.directory / _FILE
        path.touch(mode=0o600)
        path.write_text(json.dumps(asdict(self), default=str), encoding="utf-8")

    @classmethod
    def read(cls, directory: Path) -> "SupervisorConfig":
        """Return what ``write`` wrote to a folder."""
        values = json.loads((directory / _FILE).read_text(encoding="utf-8"))
        return cls(**{**values, "directory": directory})
