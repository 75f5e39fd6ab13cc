"""Waits for the gateway of a cloud, and saves the certificate authority of its databases."""

import asyncio
import http.client
import urllib.request
from pathlib import Path
from typing import Any

from harness.core.errors import EmulatorError
from harness.emulator.gateway.environment import DATABASE_CA_PATH, READY_PATH

_READY_SECONDS = 45.0
_POLL_SECONDS = 0.05
_REQUEST_SECONDS = 5.0


async def wait_for_gateway(endpoint: str, ended: "asyncio.Task[Any]") -> None:
    """Wait until the gateway responds.

    Raises:
        EmulatorError: It ended, or did not respond within 45 seconds.
    """
    last_error = "none"
    try:
        async with asyncio.timeout(_READY_SECONDS):
            while not ended.done():
                try:
                    await asyncio.to_thread(_get, endpoint + READY_PATH)
                except (OSError, http.client.HTTPException) as error:  # URLError is an OSError
                    last_error = str(error)
                    await asyncio.sleep(_POLL_SECONDS)
                else:
                    return
    except TimeoutError as error:
        raise EmulatorError(
            f"the gateway at {endpoint} did not respond within {_READY_SECONDS:g} s; "
            f"last error: {last_error}"
        ) from error
    raise EmulatorError(f"the gateway ended with status {ended.result()} before it was ready")


async def save_database_ca(endpoint: str, path: Path) -> None:
    """Write the certificate authority of the databases to a PEM file, readable by all users."""
    path.write_bytes(await asyncio.to_thread(_get, endpoint + DATABASE_CA_PATH))
    path.chmod(0o644)


def _get(url: str) -> bytes:
    # Without the proxy of the environment: it cannot reach this loopback.
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with direct.open(url, timeout=_REQUEST_SECONDS) as response:
        return bytes(response.read())
