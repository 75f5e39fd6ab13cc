"""Images whose containers run a command of this machine, in place of an image in a registry."""

import asyncio
import os
import re
import shlex
import sys
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from functools import cached_property
from importlib.metadata import version
from pathlib import Path, PurePath
from typing import Any

from harness.core.errors import UsageError
from harness.core.json_values import from_json
from harness.core.pyproject import tool_table
from harness.emulator.container_engine.image import Image, Launch, LaunchContext, image_digest
from harness.emulator.container_engine.image_references import Reference

_API = "stack.api"  # has another name in a wheel: docs/decisions/0017-one-import-name.md
_RESPONSE_SECONDS = 5.0
_VERSION_TAG = r"latest|v?\d+(\.\d+)*([-+._][\w.-]+)?"
# The only variables that a container inherits from the environment of the user.
_INHERITED = ("PATH", "LANG", "LC_ALL", "TMPDIR", "TZ", "LD_LIBRARY_PATH", "PYTHONPYCACHEPREFIX")
_ANY_ADDRESS = (None, "", "0.0.0.0", "::")  # noqa: S104 -- replaced
# In the value of a variable: alone, in a URL, or in the JSON of a secret.
_HOST_NAME = re.compile(r"[\w-]+(?:\.[\w-]+)+")


@dataclass
class ProcessImage(Image):
    """A command that runs with the variables of the container, ``HOST`` and ``PORT``.

    It must listen on that address, its own, and port; ``{host}`` and ``{port}`` in the command
    are replaced by them.

    Attributes:
        command: Program and arguments, quoted as in a shell, which is not involved.
        directory: Working directory; empty: the private folder of the container.
        port: TCP port where ``PORT`` and the container name none, as on Fargate; 0: none.
        environment: Environment variables, which those of the container replace.
        ready: Path of an HTTP request with status 200 once it is ready; empty: it is ready once
            it accepts connections.
        tags: Regular expression for its tags and digests.
        python: Interpreter in place of a program named python; empty: that on PATH.
    """

    repository: str
    command: str
    directory: str = ""
    port: int = 0
    environment: Mapping[str, str] = field(default_factory=dict)
    ready: str = ""
    tags: str = ".*"
    python: str = ""
    tag = "latest"

    def __post_init__(self) -> None:
        self.default_command = tuple(shlex.split(self.command))

    @cached_property
    def digest(self) -> str:
        """The same for all tags: each is the same command."""
        return image_digest(self.repository, self.command, version("catalog-harness"))

    def has_tag(self, tag: str) -> bool:
        """Whether it has a tag or digest."""
        return re.fullmatch(self.tags, tag) is not None

    async def is_ready(self, address: str, environment: Mapping[str, str]) -> bool:
        """Whether it accepts connections, or has responded with status 200."""
        if not (port := self.port_of(environment)):
            return True
        path = self.ready
        request = f"GET {path} HTTP/1.1\r\nHost: {address}:{port}\r\nConnection: close\r\n\r\n"
        try:
            async with asyncio.timeout(_RESPONSE_SECONDS):
                reader, writer = await asyncio.open_connection(address, port)
                try:
                    if not path:
                        return True
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
        environment |= _database(context)
        environment |= {**self.environment, **context.environment}
        if environment.get("HOST") in _ANY_ADDRESS:
            environment["HOST"] = context.address
        if port := self.port_of(context.environment):
            environment.setdefault("PORT", str(port))
        program, *arguments = context.command or self.default_command
        if self.python and PurePath(program).name in ("python", "python3"):
            program = self.python
        if not environment.get("PORT") and any("{port}" in each for each in arguments):
            raise UsageError(
                f"image {self.repository}: its command has {{port}}, and no port is known",
                remedy="name the port in the command, in its table in pyproject.toml, or in PORT",
            )
        values = {"{host}": context.address, "{port}": environment.get("PORT", "")}
        for name, value in values.items():
            arguments = [each.replace(name, value) for each in arguments]
        return Launch((program, *arguments), environment, Path(self.directory or context.root))


def catalog_api() -> ProcessImage:
    """Return the image of the Product Catalog API: the code of this installation."""
    return ProcessImage(
        repository="catalog-harness/product-catalog-api",
        command=f"python -m {_API}",
        port=8080,
        ready="/readyz",  # 503 until it has connected to the database
        tags=_VERSION_TAG,
        python=sys.executable,
    )


def process_images(assignments: Iterable[str], folder: Path) -> list[dict[str, Any]]:
    """Return the fields of the images of the user.

    Args:
        assignments: ``NAME=COMMAND``; they take precedence over ``pyproject.toml``.
        folder: The working directory; the file is in it, or in the nearest parent that has one.

    Raises:
        UsageError: An image is invalid.
    """
    places = (folder, *folder.parents)
    home = next((each for each in places if (each / "pyproject.toml").exists()), folder)
    table = tool_table(home / "pyproject.toml", "process-images")
    origin = f"{home}/pyproject.toml: process image"
    found = {name: _image(f"{origin} {name!r}", name, table[name], home) for name in table}
    for text in assignments:
        name, _, command = text.partition("=")
        found[name] = _image(f"--process-image {text!r}", name, {"command": command}, folder)
    return [asdict(image) for image in found.values()]


def _image(origin: str, name: str, fields: Any, folder: Path) -> ProcessImage:
    """Return an image with any tag and digest, or with the one in its name."""
    reference = Reference.parse(name)
    one = reference.digest or ("" if name.endswith(reference.repository) else reference.tag)
    try:
        given = {"tags": re.escape(one) or ".*", **fields, "repository": reference.repository}
        image = from_json(given, ProcessImage)
        if not image.repository or not image.default_command:
            raise ValueError("a name and a command are needed")  # noqa: TRY301
    except (TypeError, ValueError) as error:
        remedy = "such as myorg/app='python -m app --bind {host}:{port}'"
        raise UsageError(f"{origin}: {error}", remedy=remedy) from error
    directory = folder / Path(image.directory).expanduser()
    if not directory.is_dir():
        raise UsageError(f"{origin}: the directory {directory} does not exist")
    return replace(image, directory=str(directory.absolute()))


def _database(context: LaunchContext) -> dict[str, str]:
    """Return variables of libpq, if the container has the host name of one database."""
    names = _HOST_NAME.findall(" ".join(context.environment.values()))
    found = {address for name in names if (address := context.resolve(name))}
    if len(found) != 1:
        return {}
    variables = {"PGHOSTADDR": found.pop()}
    if context.ca_file is not None:
        variables |= {"PGSSLMODE": "verify-full", "PGSSLROOTCERT": str(context.ca_file)}
    return variables
