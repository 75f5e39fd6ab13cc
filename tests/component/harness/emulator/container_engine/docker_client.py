"""A trivial image, and shorthand for what tests ask of the API."""

import asyncio
import contextlib
import signal
import socket
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx

from harness.emulator.container_engine.errors import DockerApiError
from harness.emulator.container_engine.image import Launch, Setting, image_digest

with socket.socket() as probe:
    probe.bind(("127.0.0.1", 0))
    # One that no other program of this machine holds on all addresses.
    PORT = int(probe.getsockname()[1])

LISTEN = """
import os, socket, sys
server = socket.create_server((os.environ["ADDRESS"], int(os.environ["PORT"])))
print("listening", flush=True)
while True:
    server.accept()[0].close()
"""
STUBBORN = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN)\n" + LISTEN
SPEAK = 'import sys; print("to stdout", flush=True); print("to stderr", file=sys.stderr)'
FAIL = "raise SystemExit(3)"


@dataclass
class ScriptImage:
    """Runs its first argument as a Python program, or one that listens on the port."""

    repository: str = "example/script"
    tag: str = "1.0"
    tags: tuple[str, ...] = ("1.0", "latest")
    default_command: tuple[str, ...] = ("listen",)
    here: bool = True
    trouble: str = ""
    before: tuple[str, ...] = ()
    settings: list[Setting] = field(default_factory=list)

    stop_signal = signal.SIGTERM
    orphan_signal = signal.SIGKILL

    @property
    def digest(self) -> str:
        return image_digest(self.repository)

    def has_tag(self, tag: str) -> bool:
        return tag in self.tags

    def present(self) -> bool:
        return self.here

    def pull(self) -> None:
        if self.trouble:
            raise DockerApiError(self.trouble)
        self.here = True

    def port(self, environment: Mapping[str, str]) -> int:
        return int(environment.get("PORT", PORT))

    async def ready(self, address: str, environment: Mapping[str, str]) -> bool:
        try:
            _, writer = await asyncio.open_connection(address, self.port(environment))
        except OSError:
            return False
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()
        return True

    def launch(self, setting: Setting) -> Launch:
        self.settings.append(setting)
        steps = tuple(self._run(setting, script) for script in self.before)
        launch = self._run(setting, setting.command[0] if setting.command else LISTEN)
        return Launch(launch.command, launch.environment, launch.directory, before=steps)

    def _run(self, setting: Setting, script: str) -> Launch:
        environment = {"PORT": str(PORT), **setting.environment, "ADDRESS": setting.address}
        return Launch((sys.executable, "-I", "-S", "-c", script), environment, setting.root)


class Docker:
    """A client of the engine's API that raises on nothing."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self.http = http

    async def create(self, *command: str, name: str = "", **body: Any) -> str:
        request = {"Image": "example/script:1.0", "Cmd": list(command), **body}
        answer = await self.http.post("/containers/create", params={"name": name}, json=request)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["Id"])

    async def run(self, *command: str, name: str = "", **body: Any) -> str:
        key = await self.create(*command, name=name, **body)
        answer = await self.post(f"/containers/{key}/start")
        assert answer.status_code == 204, answer.text
        return key

    async def inspect(self, key: str) -> Any:
        answer = await self.http.get(f"/containers/{key}/json")
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def wait(self, key: str) -> int:
        answer = await self.post(f"/containers/{key}/wait")
        return int(answer.json()["StatusCode"])

    async def logs(self, key: str, **parameters: Any) -> bytes:
        query = {"stdout": 1, "stderr": 1, **parameters}
        answer = await self.http.get(f"/containers/{key}/logs", params=query)
        return answer.content

    async def post(self, path: str, **parameters: Any) -> httpx.Response:
        return await self.http.post(path, params=parameters)

    async def get(self, path: str, **parameters: Any) -> Any:
        return (await self.http.get(path, params=parameters)).json()


def unframed(content: bytes) -> list[tuple[int, str]]:
    """Split a multiplexed stream into (stream number, text)."""
    found = []
    while content:
        length = int.from_bytes(content[4:8])
        found.append((content[0], content[8 : 8 + length].decode()))
        content = content[8 + length :]
    return found
