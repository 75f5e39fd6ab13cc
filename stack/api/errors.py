"""The errors of the service and their HTTP responses."""

import logging
from functools import partial

import psycopg
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse

logger = logging.getLogger(__name__)

_REASONS = (
    ("authentication failed", "the database rejects the credentials"),
    ("certificate verify failed", "the database's certificate cannot be verified"),
    ("does not match host name", "the database's certificate is for another host name"),
    ("SSL", "the connection to the database cannot be encrypted"),
    ("refused", "the database refuses connections"),
    ("does not exist", "the user or the database does not exist"),
    ("starting up", "the database is starting"),
    ("shutting down", "the database is shutting down"),
    ("resolve", "the database's host name cannot be resolved"),
    ("timeout", "the database does not respond in time"),
    ("couldn't get a connection", "no connection to the database within the deadline"),
)


class DatabaseUnavailableError(Exception):
    """The database cannot be used now; the message may be public."""


class ProductNotFoundError(Exception):
    """No product has the requested id."""


class DuplicateSkuError(Exception):
    """Another product has the same SKU."""


def public_reason(error: psycopg.Error) -> str:
    """Return the reason of a database error without names, addresses or users.

    The driver's message has the host, its address and the user: it belongs in the log, not in
    a public response.
    """
    text = str(error)
    for pattern, reason in _REASONS:
        if pattern in text:
            return reason
    return f"the database responds with an error ({type(error).__name__})"


def install_error_handlers(app: FastAPI) -> None:
    """Turn the errors of the service and of the driver into responses: ``{"detail": ...}``."""
    app.add_exception_handler(ProductNotFoundError, partial(_detail, status=404))
    app.add_exception_handler(DuplicateSkuError, partial(_detail, status=409))
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(DatabaseUnavailableError, _unavailable)
    app.add_exception_handler(psycopg.OperationalError, _operational)


async def _detail(_: Request, error: Exception, *, status: int) -> JSONResponse:
    return JSONResponse({"detail": str(error)}, status_code=status)


async def _invalid(_: Request, error: Exception) -> JSONResponse:
    """Return the location and kind of each error, without the input: not all of it is JSON."""
    assert isinstance(error, RequestValidationError)  # noqa: S101 - for the type checker
    found = [{key: one[key] for key in ("loc", "msg", "type")} for one in error.errors()]
    return JSONResponse({"detail": found}, status_code=422)


async def _unavailable(_: Request, error: Exception) -> JSONResponse:
    return JSONResponse({"detail": str(error)}, status_code=503, headers={"Retry-After": "1"})


async def _operational(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, psycopg.OperationalError)  # noqa: S101 - for the type checker
    logger.warning("a request failed in the database: %s", error)
    return await _unavailable(request, DatabaseUnavailableError(public_reason(error)))
