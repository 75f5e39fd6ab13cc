"""The connection pool: created at the start, usable once the schema exists."""

import asyncio
import logging
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

import psycopg
from psycopg.rows import class_row
from psycopg_pool import AsyncConnectionPool

from .errors import DatabaseUnavailableError, public_reason
from .schema import create_schema
from .settings import Settings

logger = logging.getLogger(__name__)

_FIRST_PAUSE_SECONDS = 0.1
_LONGEST_PAUSE_SECONDS = 5.0
_CLOSE_TIMEOUT_SECONDS = 3.0
_RECONNECT_SECONDS = 4.0
_MOST_CONNECTIONS = 5
_MOST_WAITING_REQUESTS = 200
_SERVER_STATUS = """
    SELECT split_part(current_setting('server_version'), ' ', 1) AS server_version,
           ssl AS tls, version AS tls_version
    FROM pg_stat_ssl
    WHERE pid = pg_backend_pid() AND to_regclass('products') IS NOT NULL
"""


@dataclass(frozen=True)
class ServerStatus:
    """Version of the server, such as ``16.8``, and encryption of the connection to it."""

    server_version: str
    tls: bool
    tls_version: str | None  # such as ``TLSv1.3``


def connection_parameters(settings: Settings, task_id: str) -> dict[str, str | int]:
    """Return libpq's parameters; libpq reads all others from its environment variables.

    ``target_session_attrs`` rejects an Aurora instance that is no longer the writer after a
    failover. The statement timeout limits the time that a stopping task takes.
    """
    parameters: dict[str, str | int] = {
        "host": settings.db_host,
        "port": settings.db_port,
        "user": settings.db_username,
        "password": settings.db_password,
        "dbname": settings.db_name,
        "sslmode": settings.sslmode,
        "application_name": f"catalog-api {task_id}"[:63],
        "target_session_attrs": "read-write",
        "options": "-c statement_timeout=5s -c lock_timeout=5s",
    }
    if not os.environ.get("PGCONNECT_TIMEOUT"):
        parameters["connect_timeout"] = 10
    return parameters


class Database:
    """A pool of connections to the catalog's database.

    Args:
        timeout: How long a request waits for a connection, in seconds.
        pause: Awaited with the seconds between two attempts to create the schema.
    """

    def __init__(
        self,
        parameters: dict[str, str | int],
        *,
        timeout: float = 5.0,
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._parameters = parameters
        self._pause = pause
        self._not_ready: str | None = "the database has not been reached yet"
        self._pool = AsyncConnectionPool(
            kwargs=parameters,
            min_size=1,
            max_size=_MOST_CONNECTIONS,
            max_waiting=_MOST_WAITING_REQUESTS,
            timeout=timeout,
            # One round trip per request; after a restart of the database no request fails.
            check=AsyncConnectionPool.check_connection,
            # Short, because the pool doubles its pauses: the next request reconnects.
            reconnect_timeout=_RECONNECT_SECONDS,
            name="catalog",
            open=False,
        )

    async def prepare(self) -> None:
        """Create the schema as soon as the database accepts connections, then open the pool.

        Connection errors (``OperationalError``) are retried forever: the database may start
        later than the service. Any other error of the database (a missing privilege) is logged,
        ends the attempts, and remains the message of the errors that ``connection`` raises.
        """
        pause = _FIRST_PAUSE_SECONDS
        while not await self._prepared():
            await self._pause(pause)
            pause = min(2 * pause, _LONGEST_PAUSE_SECONDS)

    async def _prepared(self) -> bool:
        try:
            async with await psycopg.AsyncConnection.connect(**self._parameters) as connection:  # type: ignore[arg-type]
                await create_schema(connection)
        except psycopg.OperationalError as error:
            self._note(error, logging.WARNING)
            return False
        except psycopg.Error as error:
            self._note(error, logging.ERROR)
            return True
        await self._pool.open()
        self._not_ready = None
        logger.info("the schema exists")
        return True

    def _note(self, error: psycopg.Error, level: int) -> None:
        reason = f"the schema does not exist: {public_reason(error)}"
        if reason != self._not_ready:
            logger.log(level, "%s: %s", reason, error)
        self._not_ready = reason

    @asynccontextmanager
    async def connection(
        self, *, timeout: float | None = None
    ) -> AsyncIterator[psycopg.AsyncConnection]:
        """Yield a connection for one transaction: committed at the end, rolled back on error.

        Args:
            timeout: How long to wait for one, in seconds; the pool's default when None.

        Raises:
            DatabaseUnavailableError: The schema does not exist yet.
            psycopg.OperationalError: No connection in time, or it was lost.
        """
        if self._not_ready is not None:
            raise DatabaseUnavailableError(self._not_ready)
        async with self._pool.connection(timeout=timeout) as connection:
            yield connection

    async def server_status(self, *, timeout: float) -> ServerStatus:
        """Return the version of the server, and whether the connection to it uses TLS.

        Raises:
            DatabaseUnavailableError: The schema does not exist.
            psycopg.OperationalError: No connection within ``timeout`` seconds, or it was lost.
        """
        async with self.connection(timeout=timeout) as connection:
            cursor = connection.cursor(row_factory=class_row(ServerStatus))
            status = await (await cursor.execute(_SERVER_STATUS)).fetchone()
        if status is None:
            raise DatabaseUnavailableError("the schema does not exist: the table was dropped")
        return status

    async def close(self) -> None:
        """Close every connection; those in use are closed when they are returned."""
        await self._pool.close(timeout=_CLOSE_TIMEOUT_SECONDS)
