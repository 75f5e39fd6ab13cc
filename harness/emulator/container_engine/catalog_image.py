"""The image of the Product Catalog API: runs ``python -m stack.api``."""

import asyncio
import os
import re
import signal
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import PurePath

from harness.emulator.container_engine.image import Launch, LaunchContext, image_digest

_DEFAULT_PORT = 8080
_RESPONSE_SECONDS = 5.0
_VERSION_TAG = re.compile(r"latest|v?\d+(\.\d+)*([-+._][\w.-]+)?")
# The only variables that a container inherits from the environment of the user.
_INHERITED = ("PATH", "LANG", "LC_ALL", "TMPDIR", "TZ", "LD_LIBRARY_PATH")


@dataclass(frozen=True)
class CatalogApiImage:
    """The API of this installation, in place of an image in a registry."""

    repository: str = "catalog-harness/product-catalog-api"
    command: tuple[str, ...] = field(default_factory=lambda: (sys.executable, "-m", "stack.api"))

    tag = "latest"
    starts_in_background = False
    stop_signal = signal.SIGTERM
    orphan_signal = signal.SIGKILL

    @property
    def digest(self) -> str:
        """The same for all tags: each is the code of this installation."""
        return image_digest(self.repository, version("catalog-harness"))

    @property
    def default_command(self) -> tuple[str, ...]:
        """The command of the Dockerfile."""
        return ("python", "-m", "stack.api")

    def has_tag(self, tag: str) -> bool:
        """Whether a tag is a version number or ``latest``."""
        return _VERSION_TAG.fullmatch(tag) is not None

    def present(self) -> bool:
        """Always true: installed with this engine."""
        return True

    def pull(self) -> None:
        """No-op: installed with this engine."""

    def port(self, environment: Mapping[str, str]) -> int:
        """``PORT``, or the port of the Dockerfile; an invalid value is left to the program."""
        text = environment.get("PORT", "")
        return int(text) if text.isdecimal() else _DEFAULT_PORT

    async def ready(self, address: str, environment: Mapping[str, str]) -> bool:
        """Whether it has connected to the database; until then it returns 503."""
        port = self.port(environment)
        request = f"GET /readyz HTTP/1.1\r\nHost: {address}:{port}\r\nConnection: close\r\n\r\n"
        try:
            async with asyncio.timeout(_RESPONSE_SECONDS):
                reader, writer = await asyncio.open_connection(address, port)
                try:
                    writer.write(request.encode())
                    return (await reader.readline()).split()[1:2] == [b"200"]
                finally:
                    writer.close()
        except (OSError, TimeoutError):
            return False

    def launch(self, context: LaunchContext) -> Launch:
        """Bind to the address of the container; resolve the database without DNS.

        libpq connects to ``PGHOSTADDR`` and still verifies the certificate against the host name
        (https://www.postgresql.org/docs/16/libpq-connect.html#LIBPQ-CONNECT-HOSTADDR).
        """
        environment = {name: os.environ[name] for name in _INHERITED if name in os.environ}
        environment |= {"HOSTNAME": context.host_name, "PYTHONUNBUFFERED": "1"}
        # libpq must not use passwords and certificates of the user.
        environment["HOME"] = str(context.root)
        environment |= self._database(context)
        environment |= context.environment
        environment["HOST"] = context.address
        environment.setdefault("PORT", str(_DEFAULT_PORT))
        return Launch(self._command(context.command), environment, context.root)

    def _command(self, given: tuple[str, ...]) -> tuple[str, ...]:
        """Return the command of the client, with this Python, or that of the image."""
        if not given:
            return self.command
        program = PurePath(given[0]).name
        return (sys.executable if program in ("python", "python3") else given[0], *given[1:])

    def _database(self, context: LaunchContext) -> dict[str, str]:
        host = context.environment.get("DB_HOST", "")
        address = context.resolve(host) if host else None
        if address is None:
            return {}
        found = {"PGHOSTADDR": address}
        if context.ca_file is not None:
            found |= {"PGSSLMODE": "verify-full", "PGSSLROOTCERT": str(context.ca_file)}
        return found
