"""The image of the Product Catalog API: ``python -m stack.api`` on the container's address."""

import asyncio
import contextlib
import os
import re
import signal
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.metadata import version

from harness.emulator.container_engine.image import Launch, LaunchContext, image_digest

_DEFAULT_PORT = 8080
_RESPONSE_SECONDS = 5.0
_VERSION_TAG = re.compile(r"latest|v?\d+(\.\d+)*([-+._][\w.-]+)?")
# What a process needs of its surroundings; nothing else of the user's environment gets in.
_INHERITED = ("PATH", "LANG", "LC_ALL", "TMPDIR", "TZ", "LD_LIBRARY_PATH")


@dataclass(frozen=True)
class CatalogApiImage:
    """The API that the stack's tasks run, taken from this installation instead of a registry.

    Attributes:
        repository: Name in the "registry".
        command: What it runs.
    """

    repository: str = "catalog-harness/product-catalog-api"
    command: tuple[str, ...] = field(default_factory=lambda: (sys.executable, "-m", "stack.api"))

    tag = "latest"
    stop_signal = signal.SIGTERM
    orphan_signal = signal.SIGKILL

    @property
    def digest(self) -> str:
        """The same for each tag: all of them are the code of this installation."""
        return image_digest(self.repository, version("catalog-harness"))

    @property
    def default_command(self) -> tuple[str, ...]:
        """As in the Dockerfile."""
        return ("python", "-m", "stack.api")

    def has_tag(self, tag: str) -> bool:
        """Every tag that is a version number, and ``latest``."""
        return _VERSION_TAG.fullmatch(tag) is not None

    def present(self) -> bool:
        """It is installed along with this engine."""
        return True

    def pull(self) -> None:
        """Nothing to fetch."""

    def port(self, environment: Mapping[str, str]) -> int:
        """``PORT``, or what the Dockerfile exposes; the program itself complains of nonsense."""
        text = environment.get("PORT", "")
        return int(text) if text.isdecimal() else _DEFAULT_PORT

    async def ready(self, address: str, environment: Mapping[str, str]) -> bool:
        """It serves once it has reached the database; before that it answers 503."""
        return await _responds_ok(address, self.port(environment), "/readyz")

    def launch(self, context: LaunchContext) -> Launch:
        """Bind to the container's address, and find the database without DNS.

        libpq connects to ``PGHOSTADDR`` and still verifies the certificate against the host name
        (https://www.postgresql.org/docs/16/libpq-connect.html#LIBPQ-CONNECT-HOSTADDR).
        """
        environment = {name: os.environ[name] for name in _INHERITED if name in os.environ}
        environment |= {"HOSTNAME": context.host_name, "PYTHONUNBUFFERED": "1"}
        # libpq must not find the user's own passwords and certificates.
        environment["HOME"] = str(context.root)
        environment |= self._database(context)
        environment |= context.environment
        environment["HOST"] = context.address
        environment.setdefault("PORT", str(_DEFAULT_PORT))
        return Launch(self.command, environment, context.root)

    def _database(self, context: LaunchContext) -> dict[str, str]:
        host = context.environment.get("DB_HOST", "")
        address = context.resolve(host) if host else None
        if address is None:
            return {}
        found = {"PGHOSTADDR": address}
        if context.ca_file is not None:
            found |= {"PGSSLMODE": "verify-full", "PGSSLROOTCERT": str(context.ca_file)}
        return found


async def _responds_ok(address: str, port: int, path: str) -> bool:
    """Whether an HTTP server responds to a GET with 200 within five seconds."""
    request = f"GET {path} HTTP/1.1\r\nHost: {address}:{port}\r\nConnection: close\r\n\r\n"
    try:
        async with asyncio.timeout(_RESPONSE_SECONDS):
            reader, writer = await asyncio.open_connection(address, port)
            try:
                writer.write(request.encode())
                return (await reader.readline()).split()[1:2] == [b"200"]
            finally:
                writer.close()
                with contextlib.suppress(OSError):
                    await writer.wait_closed()
    except (OSError, TimeoutError):
        return False
