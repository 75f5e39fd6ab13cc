"""RDS Data API: statements run beside the event loop, with the statement timeout of AWS."""

import asyncio
import contextlib

from harness.emulator.gateway.http import Response
from harness.emulator.gateway.patches.base import Call, CallNext, Patch
from harness.emulator.gateway.threads import run_in_thread

STATEMENT_SECONDS = 45.0
_TIMED_OUT = "Request timed out"


class StatementThreads(Patch):
    """Runs each call in a thread; ends it at the timeout even if the server does not respond.

    The server cancels the statement itself at the same time: ``PGOPTIONS`` of the gateway.
    """

    service = "rds-data"

    def __init__(self, seconds: float = STATEMENT_SECONDS) -> None:
        self._seconds = seconds

    async def handle(self, call: Call, call_next: CallNext) -> Response:
        """Pass the call on in a thread of its own."""
        result = run_in_thread(lambda: call_next(call))
        done, _ = await asyncio.wait({result}, timeout=self._seconds)
        return result.result() if done else call.error("StatementTimeoutException", _TIMED_OUT)


def release_connection_lock() -> None:
    """Let calls of the Data API connect at the same time.

    MiniStack holds a lock of the module while it connects: a server that does not respond would
    hold up the calls to all others. The dictionary that it protects is used atomically.
    """
    from ministack.services import rds_data  # noqa: PLC0415

    rds_data._lock = contextlib.nullcontext()
