"""Liveness (``/healthz``) and readiness (``/readyz``) of the service."""

from dataclasses import asdict
from typing import cast

import psycopg
from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse

from .database import Database
from .errors import DatabaseUnavailableError, public_reason

_READY_TIMEOUT_SECONDS = 2.0

router = APIRouter(tags=["health"])


@router.get("/healthz")
async def alive(request: Request) -> dict[str, str]:
    """Respond without a query to the database.

    The health check of the load balancer: with a query, every task would be replaced again and
    again while the database is down.
    """
    return {"status": "ok", "task_id": request.app.state.task_id}


@router.get("/readyz")
async def ready(request: Request) -> JSONResponse:
    """Query the database: 200 with its version and TLS, 503 with a reason."""
    database = cast(Database, request.app.state.database)
    task_id = request.app.state.task_id
    try:
        status = await database.server_status(timeout=_READY_TIMEOUT_SECONDS)
    except DatabaseUnavailableError as error:
        return _unavailable(task_id, str(error))
    except psycopg.OperationalError as error:
        return _unavailable(task_id, public_reason(error))
    return JSONResponse({"status": "ready", "task_id": task_id, "database": asdict(status)})


def _unavailable(task_id: str, reason: str) -> JSONResponse:
    body = {"status": "unavailable", "task_id": task_id, "reason": reason}
    return JSONResponse(body, status_code=503, headers={"Retry-After": "1"})
