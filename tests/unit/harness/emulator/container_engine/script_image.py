"""An image whose containers run Python programs of a test."""

import asyncio
import contextlib
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field

from harness.emulator.container_engine.errors import DockerApiError
from harness.emulator.container_engine.image import Image, Launch, LaunchContext

LISTEN = """
import os, socket, sys
server = socket.create_server((os.environ["ADDRESS"], int(os.environ["PORT"])))
print("listening", flush=True)
while True:
    server.accept()[0].close()
"""
STUBBORN = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN)\n" + LISTEN
PRINT = 'import sys; print("to stdout", flush=True); print("to stderr", file=sys.stderr)'
FAIL = "raise SystemExit(3)"


@dataclass
class ScriptImage(Image):
    """Runs its first argument as a Python program, or one that listens on the port."""

    port: int = 0
    repository: str = "example/script"
    tag: str = "1.0"
    tags: tuple[str, ...] = ("1.0", "latest")
    default_command: tuple[str, ...] = ("listen",)
    is_present: bool = True
    pull_error: str = ""
    before: tuple[str, ...] = ()
    contexts: list[LaunchContext] = field(default_factory=list)

    def has_tag(self, tag: str) -> bool:
        return tag in self.tags

    def present(self) -> bool:
        return self.is_present

    def pull(self) -> None:
        if self.pull_error:
            raise DockerApiError(self.pull_error)
        self.is_present = True

    async def is_ready(self, address: str, environment: Mapping[str, str]) -> bool:
        try:
            _, writer = await asyncio.open_connection(address, self.port_of(environment))
        except OSError:
            return False
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()
        return True

    def launch(self, context: LaunchContext) -> Launch:
        self.contexts.append(context)
        steps = tuple(self._run(context, script) for script in self.before)
        launch = self._run(context, context.command[0] if context.command else LISTEN)
        return Launch(launch.command, launch.environment, launch.directory, before=steps)

    def _run(self, context: LaunchContext, script: str) -> Launch:
        environment = {
            "PORT": str(self.port),
            **context.environment,
            "ADDRESS": context.address,
        }
        return Launch((sys.executable, "-I", "-S", "-c", script), environment, context.root)
