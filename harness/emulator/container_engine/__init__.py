"""A Docker-compatible engine without containers: supported images run as ordinary processes.

Not implemented: memory and CPU limits, file system isolation, ``exec``, ``build``, published
ports (each container has its own loopback address), bind mounts of host folders, health checks of
containers (MiniStack does not pass them on).
"""

from harness.emulator.container_engine.config import EngineConfig
from harness.emulator.container_engine.postgres_install import (
    PostgresInstallation,
    find_local_postgres,
)
from harness.emulator.container_engine.server import running_engine

__all__ = ["EngineConfig", "PostgresInstallation", "find_local_postgres", "running_engine"]
