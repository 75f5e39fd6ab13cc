"""The outermost layer: request id, headers of every response, log line."""

import logging
import re
import time
import uuid

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from .logs import REQUEST_ID

logger = logging.getLogger("stack.api.requests")

_VALID_REQUEST_ID = re.compile(r"[A-Za-z0-9._:=/+-]{1,128}")


class RequestContext:
    """Adds headers to every response and logs every request.

    It wraps the framework's error page, too.

    ``X-Task-Id`` is the task, ``X-Request-Id`` the id in the request if it is valid, else a new
    one. ``Cache-Control`` is ``no-store`` unless a route sets it: every response depends on the
    database or on the request. HEAD is handled like GET; the server drops the body.
    """

    def __init__(self, app: ASGIApp, *, task_id: str) -> None:
        self._app = app
        self._task_id = task_id

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle a request; other events (the application's lifespan) are forwarded unchanged."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        given = Headers(scope=scope).get("x-request-id", "")
        request_id = given if _VALID_REQUEST_ID.fullmatch(given) else uuid.uuid4().hex
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

        forwarded = {**scope, "method": "GET"} if scope["method"] == "HEAD" else scope
        try:
            await self._app(forwarded, receive, send_with_headers)
        finally:
            _log(scope, status, time.perf_counter() - started)


def _log(scope: Scope, status: int, seconds: float) -> None:
    """Log the request without its query string, which may have secrets."""
    fields = {
        "method": scope["method"],
        "path": scope["path"],
        "status": status,
        "duration_ms": round(1000 * seconds, 1),
    }
    logger.info("%s %s %s", scope["method"], scope["path"], status, extra={"fields": fields})
