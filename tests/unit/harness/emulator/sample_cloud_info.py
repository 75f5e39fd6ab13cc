"""The info file of a cloud, with sample values."""

from pathlib import Path

from harness.emulator.cloud_info import ENGINE_SOCKET, CloudInfo
from harness.emulator.credentials import CloudCredentials

CREDENTIALS = CloudCredentials("AKIAOFTHETEST", "the-secret-of-the-test")


def sample_cloud_info(directory: Path, pid: int, **changes: object) -> CloudInfo:
    """Return the info of a supervisor with a PID."""
    values: dict[str, object] = {
        "directory": str(directory),
        "endpoint": "http://127.0.0.1:4566",
        "region": "eu-north-1",
        "docker_host": f"unix://{directory / ENGINE_SOCKET}",
        "pid": pid,
        "access_key": CREDENTIALS.access_key,
        "secret_key": CREDENTIALS.secret_key,
        "database": "PostgreSQL 16.15 (of a test)",
        **changes,
    }
    return CloudInfo(**values)  # type: ignore[arg-type]
