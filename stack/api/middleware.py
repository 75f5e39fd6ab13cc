"""What surrounds every request: its id, the headers of every response, its log line."""

import logging
import re
import time
import uuid

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from stack.api.logs import REQUEST_ID

logger = logging.getLogger("stack.api.requests")

_SANE_REQUEST_ID = re.compile(r"[A-Za-z0-9._:=/+-]{1,128}")


class RequestContext:
    """The outermost ASGI layer: no response leaves without its headers and its log line.

    It lies outside of the framework's own error page, which gets both too.

    ``X-Task-Id`` tells which task answered, ``X-Request-Id`` is the request's own when it is
    sane, else a new one. ``Cache-Control: no-store`` unless a route says otherwise: every
    answer depends on the database or on the request itself. HEAD is answered like GET; the
    server drops the body.
    """

    def __init__(self, app: ASGIApp, *, task_id: str) -> None:
        self._app = app
        self._task_id = task_id

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on; other kinds of events (the application's lifespan) untouched."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = _request_id(Headers(scope=scope).get("x-request-id", ""))
        REQUEST_ID.set(request_id)
        started = time.perf_counter()
        status = 500

        async def send_with_headers(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = MutableHeaders(scope=message)
                headers["X-Task-Id"] = self._task_id
                headers["X-Request-Id"] = request_id
                headers.setdefault("Cache-Control", "no-store")
            await send(message)

        try:
            await self._app(_answerable(scope), receive, send_with_headers)
        finally:
            _log(scope, status, time.perf_counter() - started)


def _request_id(given: str) -> str:
    return given if _SANE_REQUEST_ID.fullmatch(given) else uuid.uuid4().hex


def _answerable(scope: Scope) -> Scope:
    return {**scope, "method": "GET"} if scope["method"] == "HEAD" else scope


def _log(scope: Scope, status: int, seconds: float) -> None:
    """Log the request; without its query string, which may hold what nobody meant to log."""
    fields = {
        "method": scope["method"],
        "path": scope["path"],
        "status": status,
        "duration_ms": round(1000 * seconds, 1),
    }
    logger.info("%s %s %s", scope["method"], scope["path"], status, extra={"fields": fields})
