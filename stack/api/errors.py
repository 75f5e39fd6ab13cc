"""The errors of the service and the HTTP answers that they become."""

import logging

import psycopg
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse

logger = logging.getLogger(__name__)

_REASONS = (
    ("authentication failed", "the database refuses the credentials"),
    ("certificate verify failed", "the database's certificate cannot be verified"),
    ("does not match host name", "the database's certificate is for another host name"),
    ("SSL", "the connection to the database cannot be encrypted"),
    ("refused", "the database refuses connections"),
    ("does not exist", "the database server does not know the user or the database"),
    ("starting up", "the database is starting"),
    ("shutting down", "the database is shutting down"),
    ("resolve", "the database's host name cannot be resolved"),
    ("timeout", "the database does not answer in time"),
    ("couldn't get a connection", "no connection to the database within the deadline"),
)


class DatabaseUnavailableError(Exception):
    """The database cannot be used now; the message is fit for the public."""


class ProductNotFoundError(Exception):
    """There is no product with the id asked for."""

    def __init__(self, product_id: int) -> None:
        super().__init__(f"no product has the id {product_id}")


class DuplicateSkuError(Exception):
    """Another product has the SKU already."""

    def __init__(self, sku: str) -> None:
        super().__init__(f"another product has the SKU {sku}")


def public_reason(error: psycopg.Error) -> str:
    """Say why the database failed in words without names, addresses or users.

    The driver's own text holds the host, its address and the user: it belongs into the log,
    not into the body of a public answer.
    """
    text = str(error)
    for sign, reason in _REASONS:
        if sign in text:
            return reason
    return f"the database answers with an error ({type(error).__name__})"


def install_error_handlers(app: FastAPI) -> None:
    """Turn the service's errors, and the driver's, into answers: ``{"detail": ...}``."""
    app.add_exception_handler(ProductNotFoundError, _not_found)
    app.add_exception_handler(DuplicateSkuError, _conflict)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(DatabaseUnavailableError, _unavailable)
    app.add_exception_handler(psycopg.OperationalError, _operational)


async def _not_found(_: Request, error: Exception) -> JSONResponse:
    return JSONResponse({"detail": str(error)}, status_code=404)


async def _conflict(_: Request, error: Exception) -> JSONResponse:
    return JSONResponse({"detail": str(error)}, status_code=409)


async def _invalid(_: Request, error: Exception) -> JSONResponse:
    """Say what is wrong and where, without the input: some of it cannot be written as JSON."""
    assert isinstance(error, RequestValidationError)  # noqa: S101 - for the type checker
    found = [{key: one[key] for key in ("loc", "msg", "type")} for one in error.errors()]
    return JSONResponse({"detail": found}, status_code=422)


async def _unavailable(_: Request, error: Exception) -> JSONResponse:
    return JSONResponse({"detail": str(error)}, status_code=503, headers={"Retry-After": "1"})


async def _operational(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, psycopg.OperationalError)  # noqa: S101 - for the type checker
    logger.warning("the database failed a request: %s", error)
    return await _unavailable(request, DatabaseUnavailableError(public_reason(error)))
