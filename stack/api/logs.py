"""Structured logs: one JSON object per line on standard output, uvicorn's included."""

import json
import logging
import sys
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import TextIO

REQUEST_ID: ContextVar[str | None] = ContextVar("request_id", default=None)
"""The id of the current request; None outside of a request."""


class JsonFormatter(logging.Formatter):
    """Formats a record as one JSON object.

    Keys: ``ts`` (UTC, RFC 3339), ``level``, ``logger``, ``message``, ``task_id``,
    ``request_id`` within a request, the record's own ``fields``, ``exception``.
    """

    def __init__(self, task_id: str) -> None:
        super().__init__()
        self._task_id = task_id

    def format(self, record: logging.LogRecord) -> str:
        """Return the record as one line without a line feed."""
        entry: dict[str, object] = {
            "ts": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            "task_id": self._task_id,
        }
        if (request_id := REQUEST_ID.get()) is not None:
            entry["request_id"] = request_id
        entry |= getattr(record, "fields", {})
        if record.exc_info:
            entry["exception"] = self.formatException(record.exc_info)
        return json.dumps(entry, default=str)


def configure_logging(level: str, task_id: str, stream: TextIO | None = None) -> None:
    """Send the log records of the process from ``level`` on as JSON, by default to stdout."""
    handler = logging.StreamHandler(stream or sys.stdout)
    handler.setFormatter(JsonFormatter(task_id))
    logging.basicConfig(level=level, handlers=[handler], force=True)
