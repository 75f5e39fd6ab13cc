"""The image of the Product Catalog API: runs ``python -m stack.api``."""

import asyncio
import os
import re
import sys
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import PurePath

from harness.emulator.container_engine.image import Image, Launch, LaunchContext, image_digest

_RESPONSE_SECONDS = 5.0
_VERSION_TAG = re.compile(r"latest|v?\d+(\.\d+)*([-+._][\w.-]+)?")
# The only variables that a container inherits from the environment of the user.
_INHERITED = ("PATH", "LANG", "LC_ALL", "TMPDIR", "TZ", "LD_LIBRARY_PATH", "PYTHONPYCACHEPREFIX")


class CatalogApiImage(Image):
    """The API of this installation, in place of an image in a registry."""

    repository = "catalog-harness/product-catalog-api"
    tag = "latest"
    default_command = ("python", "-m", "stack.api")
    default_port = 8080

    @property
    def digest(self) -> str:
        """The same for all tags: each is the code of this installation."""
        return image_digest(self.repository, version("catalog-harness"))

    def has_tag(self, tag: str) -> bool:
        """Whether a tag is a version number or ``latest``."""
        return _VERSION_TAG.fullmatch(tag) is not None

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
        environment.setdefault("PORT", str(self.default_port))
        return Launch(self._command(context.command), environment, context.root)

    def _command(self, given: tuple[str, ...]) -> tuple[str, ...]:
        """Return the command of the client, or that of the image, with this Python."""
        program, *arguments = given or self.default_command
        if PurePath(program).name in ("python", "python3"):
            program = sys.executable
        return (program, *arguments)

    def _database(self, context: LaunchContext) -> dict[str, str]:
        host = context.environment.get("DB_HOST", "")
        address = context.resolve(host) if host else None
        if address is None:
            return {}
        found = {"PGHOSTADDR": address}
        if context.ca_file is not None:
            found |= {"PGSSLMODE": "verify-full", "PGSSLROOTCERT": str(context.ca_file)}
        return found
