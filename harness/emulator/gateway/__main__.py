"""``python -m harness.emulator.gateway``: the AWS API of the embedded cloud, on loopback."""

import asyncio
import logging
import os
import sys

from harness.core.errors import HarnessError
from harness.core.redaction import redact
from harness.emulator.gateway.environment import GatewaySettings
from harness.emulator.gateway.listener import bind
from harness.emulator.gateway.parent_watch import die_with_parent

_PRIVATE = 0o077


class _RedactingFormatter(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        return redact(super().format(record))


def main() -> int:
    """Serve until stopped; 1 if the port is taken or the environment unusable."""
    die_with_parent()
    os.umask(_PRIVATE)
    _log_to_standard_error()
    try:
        settings = GatewaySettings.read(os.environ)
        settings.directory.mkdir(parents=True, exist_ok=True)
        listener = bind(settings.port)
        # MiniStack and everything that imports it read their settings as they are imported.
        from ministack.app import (  # type: ignore[import-untyped]  # noqa: PLC0415
            app,
        )

        from harness.emulator.gateway.server import build, run  # noqa: PLC0415

        asyncio.run(run(build(app, settings), settings, listener))
    except HarnessError as error:
        print(redact(str(error)), file=sys.stderr)
        return 1
    return 0


def _log_to_standard_error() -> None:
    handler = logging.StreamHandler()
    handler.setFormatter(_RedactingFormatter("%(asctime)s %(levelname)s [%(name)s] %(message)s"))
    logging.basicConfig(level=os.environ.get("LOG_LEVEL", "WARNING"), handlers=[handler])


if __name__ == "__main__":
    sys.exit(main())
