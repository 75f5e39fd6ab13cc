"""``python -m harness.emulator.gateway``: the AWS API of the embedded cloud, on loopback."""

import asyncio
import importlib
import os
import socket
import sys

from harness.core.errors import EmulatorError, HarnessError
from harness.core.interpreter import set_up_interpreter
from harness.core.process_end import die_with_parent
from harness.core.redaction import log_to_standard_error, redact
from harness.emulator.gateway.environment import GatewaySettings
from harness.emulator.gateway.ministack_data_plane import MiniStackDataPlane
from harness.emulator.gateway.switched_off import switch_off

_LOOPBACK = "127.0.0.1"


def main() -> int:
    """Serve until stopped; 1 if the port is in use or the environment is invalid."""
    die_with_parent()
    set_up_interpreter()
    os.umask(0o077)  # files are for this user alone
    log_to_standard_error(os.environ.get("LOG_LEVEL", "WARNING"))
    try:
        settings = GatewaySettings.read(os.environ)
        settings.directory.mkdir(parents=True, exist_ok=True)
        listener = bind(settings.port)
        # Importing MiniStack reads its settings from the environment.
        import ministack.app  # noqa: PLC0415

        from harness.emulator.gateway.server import build, run  # noqa: PLC0415

        switch_off(ministack.app._loaded_modules, allow_code=settings.allow_code)
        gateway = build(ministack.app.app, MiniStackDataPlane(ministack.app), settings)
        if extension := os.environ.get("GATEWAY_EXTENSION"):  # a module of a test
            importlib.import_module(extension).extend(gateway)
        asyncio.run(run(gateway, settings, listener))
    except HarnessError as error:
        print(redact(str(error)), file=sys.stderr)
        return 1
    return 0


def bind(port: int) -> socket.socket:
    """Bind a port of loopback; connections are refused until it is served.

    Raises:
        EmulatorError: The port is in use.
    """
    # With its protocol: asyncio sets TCP_NODELAY on such sockets alone.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((_LOOPBACK, port))
    except OSError as error:
        listener.close()
        raise EmulatorError(
            f"port {port} of {_LOOPBACK} cannot be used: {error.strerror}",
            remedy="configure a port that is free",
        ) from error
    return listener


if __name__ == "__main__":
    sys.exit(main())
