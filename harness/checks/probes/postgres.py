"""Direct connections to the database, accepted and refused."""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from psycopg.pq import Conninfo

from harness.aws.capability import Capability
from harness.checks.framework.context import CheckContext
from harness.checks.probes.credentials import Credentials
from harness.core.errors import CheckFailedError

_CONNECT_SECONDS = 10
# Else libpq takes them from variables of the user, such as PGOPTIONS and PGGSSENCMODE.
_DEFAULTS = {"options": ""} | {
    each.keyword.decode(): each.compiled.decode()
    for each in Conninfo.get_defaults()
    if each.envvar and each.compiled
}


@contextmanager
def connected(context: CheckContext, credentials: Credentials) -> Iterator[psycopg.Connection]:
    """Connect directly for the time of the context; commit at its end.

    Raises:
        CheckFailedError: The connection was refused, or nothing is at host and port.
    """
    parameters = _parameters(context, credentials)
    try:
        connection = psycopg.connect(**parameters)  # type: ignore[arg-type]
    except psycopg.OperationalError as error:
        raise CheckFailedError(f"no connection to {credentials.host}: {error}") from error
    with connection:
        yield connection


def refusal(
    context: CheckContext, credentials: Credentials, *, sslmode: str | None = None
) -> str | None:
    """Return why the server refuses a connection, None if it accepts it.

    Raises:
        CheckFailedError: The server could not be reached.
    """
    parameters = _parameters(context, credentials, sslmode)
    try:
        psycopg.connect(**parameters).close()  # type: ignore[arg-type]
    except psycopg.OperationalError as error:
        text = str(error)
        # "FATAL:" comes from the server; libpq's own errors (no route, timeout) have none.
        if "FATAL:" not in text:
            raise CheckFailedError(f"{credentials.host} did not respond: {text}") from error
        return text.strip().splitlines()[-1].rpartition("FATAL:")[2].strip()
    return None


def _parameters(
    context: CheckContext, credentials: Credentials, sslmode: str | None = None
) -> dict[str, str | int]:
    """Return libpq's parameters, by default with the strictest ``sslmode`` of the target.

    ``verify-full`` where the route has a certificate authority, else ``require``, ``prefer`` where
    the target's database cannot do TLS.
    """
    route = context.target.database_route(credentials.host, credentials.port)
    if route is None:
        where = f"{credentials.host}:{credentials.port}"
        raise CheckFailedError(f"expected a database at {where} (of the secret), seen: none")
    strictest = "verify-full" if route.ca_file else "require"
    if Capability.DATABASE_TLS in context.target.missing():
        strictest = "prefer"
    parameters: dict[str, str | int] = {
        **_DEFAULTS,
        "host": credentials.host,  # the name that the certificate must have
        "hostaddr": route.address,
        "port": route.port,
        "user": credentials.username,
        "password": credentials.password,
        "dbname": credentials.dbname,
        "connect_timeout": _CONNECT_SECONDS,
        "application_name": "catalog-harness",
        "sslmode": sslmode or strictest,
    }
    if route.ca_file:
        parameters["sslrootcert"] = str(route.ca_file)
    return parameters
