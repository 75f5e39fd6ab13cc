"""``python -m stack.api``: reads the settings, listens, serves until SIGTERM or SIGINT.

The port listens before the web framework is imported (most of the second that a start takes):
connections meanwhile wait in the kernel's queue instead of being refused.
"""

import gc
import logging
import os
import signal
import socket
import sys
from collections.abc import Mapping
from types import FrameType
from typing import NoReturn

from .identity import find_task_id
from .logs import configure_logging
from .settings import Settings, SettingsError

logger = logging.getLogger("stack.api")

_BACKLOG = 2048


def main(environment: Mapping[str, str]) -> int:
    """Serve until SIGTERM or SIGINT, and return the exit status.

    Returns:
        0 after SIGTERM or SIGINT, 1 when the port is not available, 2 for an invalid setting.
    """
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _stop)
    try:
        settings = Settings.from_environment(environment)
    except SettingsError as error:
        print(f"catalog-api: {error}", file=sys.stderr)
        return 2
    try:
        listener = socket.create_server((settings.host, settings.port), backlog=_BACKLOG)
    except OSError as error:
        print(
            f"catalog-api: cannot listen on {settings.host}:{settings.port}: {error}; "
            "set HOST and PORT to another address",
            file=sys.stderr,
        )
        return 1
    with listener:
        _serve(settings, find_task_id(environment), listener)
    return 0


def _serve(settings: Settings, task_id: str, listener: socket.socket) -> None:
    configure_logging(settings.log_level, task_id)
    host, port = listener.getsockname()
    logger.info("listening", extra={"fields": {"host": host, "port": port}})
    # Otherwise pydantic reads the metadata of every installed distribution (0.1 s).
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    gc.disable()  # otherwise a tenth of the time of the import
    from .app import serve  # noqa: PLC0415 - see the module's docstring

    gc.freeze()  # what is imported stays
    gc.enable()
    serve(settings, task_id=task_id, listener=listener)


def _stop(_number: int, _frame: FrameType | None) -> NoReturn:
    """End with status 0: a stop on request is not a failure.

    Handles signals until uvicorn installs its handlers, and the signal that uvicorn raises
    again after its shutdown.
    """
    raise SystemExit(0)


if __name__ == "__main__":
    sys.exit(main(os.environ))
