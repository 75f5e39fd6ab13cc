"""When the gateway of a cloud answers, and whom its databases' certificates verify against."""

import asyncio
import http.client
import urllib.request
from pathlib import Path
from typing import Any

from harness.core.errors import EmulatorError
from harness.emulator.gateway.environment import READY_PATH

_DATABASE_CA_PATH = "/_ministack/rds/ca.pem"
_READY_SECONDS = 45.0
_POLL_SECONDS = 0.05
_REQUEST_SECONDS = 5.0


async def wait_for_gateway(endpoint: str, ended: "asyncio.Task[Any]") -> None:
    """Wait until the gateway answers.

    Args:
        endpoint: URL of the gateway.
        ended: Done when the gateway's process has ended.

    Raises:
        EmulatorError: It ended, or did not answer within 45 seconds.
    """
    seen = ["nothing"]
    try:
        async with asyncio.timeout(_READY_SECONDS):
            while not ended.done():
                if await _responds(endpoint, seen):
                    return
                await asyncio.sleep(_POLL_SECONDS)
    except TimeoutError as error:
        raise EmulatorError(
            f"the gateway at {endpoint} did not answer within {_READY_SECONDS:g} s; "
            f"seen last: {seen[-1]}"
        ) from error
    raise EmulatorError(f"the gateway ended with status {ended.result()} before it was ready")


async def _responds(endpoint: str, seen: list[str]) -> bool:
    try:
        await asyncio.to_thread(_get, endpoint + READY_PATH)
    except (OSError, http.client.HTTPException) as error:  # URLError is an OSError
        seen[:] = [str(error)]
        return False
    return True


async def save_database_ca(endpoint: str, path: Path) -> None:
    """Write the certificate authority of the cloud's databases to a PEM file for everyone."""
    path.write_bytes(await asyncio.to_thread(_get, endpoint + _DATABASE_CA_PATH))
    path.chmod(0o644)


def _get(url: str) -> bytes:
    # Without the proxy that the environment may name: it cannot see this loopback.
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with direct.open(url, timeout=_REQUEST_SECONDS) as answer:
        return bytes(answer.read())
