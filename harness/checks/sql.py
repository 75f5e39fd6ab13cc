"""The two ways to speak SQL with the database: directly, and through the RDS Data API."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, LiteralString, Protocol

import psycopg
from botocore.exceptions import ClientError

from harness.checks.context import CheckContext
from harness.checks.credentials import Credentials
from harness.errors import CheckFailedError, NotProvableError
from harness.targets.base import Capability, DatabaseRoute

if TYPE_CHECKING:
    from mypy_boto3_rds_data.type_defs import ExecuteStatementResponseTypeDef

__all__ = ["DataApi", "DirectSql", "Sql", "connected", "refusal"]

_CONNECT_SECONDS = 10

# What the Data API answers when it cannot or will not run a statement with this secret.
_REFUSALS = frozenset(
    {
        "BadRequestException",
        "DatabaseErrorException",
        "DatabaseNotFoundException",
        "DatabaseUnavailableException",
        "ForbiddenException",
        "HttpEndpointNotEnabledException",
        "InvalidSecretException",
        "NotFoundException",
        "SecretsErrorException",
    }
)

Row = tuple[object, ...]


class Sql(Protocol):
    """Something that runs SQL; parameters stand in it as ``:name``."""

    def run(self, statement: LiteralString, values: Mapping[str, str]) -> list[Row]:
        """Run one statement and commit it; return its rows.

        Raises:
            CheckFailedError: The database refused it.
        """


@dataclass(frozen=True)
class DirectSql:
    """SQL over a connection of its own, as a client with the secret's credentials has it."""

    context: CheckContext
    credentials: Credentials

    def run(self, statement: LiteralString, values: Mapping[str, str]) -> list[Row]:
        """Run one statement and commit it; return its rows."""
        pattern = re.sub(r"(?<!:):([a-z]+)", r"%(\1)s", statement)
        with connected(self.context, self.credentials) as connection:
            try:
                cursor = connection.execute(pattern.encode(), dict(values))
                return cursor.fetchall() if cursor.description else []
            except psycopg.Error as error:
                raise CheckFailedError(f"SQL was refused: {error}") from error


@dataclass(frozen=True)
class DataApi:
    """SQL through the RDS Data API, which reads the credentials from the secret itself."""

    context: CheckContext

    def run(self, statement: LiteralString, values: Mapping[str, str]) -> list[Row]:
        """Run one statement and commit it; return its rows.

        https://docs.aws.amazon.com/rdsdataservice/latest/APIReference/API_ExecuteStatement.html
        """
        outputs, rds_data = self.context.outputs, self.context.clients.rds_data

        def execute() -> "ExecuteStatementResponseTypeDef":
            return rds_data.execute_statement(
                resourceArn=outputs.aurora_cluster_arn or "",
                secretArn=outputs.secret_arn or "",
                database=self.context.config.database_name,
                sql=statement,
                parameters=[{"name": n, "value": {"stringValue": v}} for n, v in values.items()],
            )

        try:
            answer = self.context.eventually(
                execute,
                what="an answer of the RDS Data API",
                ready=bool,
                retry_on=(rds_data.exceptions.DatabaseResumingException,),
            )
        except ClientError as error:
            if error.response["Error"]["Code"] not in _REFUSALS:
                raise
            raise CheckFailedError(f"the RDS Data API refused SQL: {error}") from error
        return [
            tuple(next(iter(field.values())) for field in record)
            for record in answer.get("records", ())
        ]


@contextmanager
def connected(
    context: CheckContext, credentials: Credentials, *, sslmode: str | None = None
) -> Iterator[psycopg.Connection]:
    """Connect directly for the time of the context; commit at its end.

    Args:
        context: The deployed stack.
        credentials: Where to connect and as whom.
        sslmode: libpq's ``sslmode``; None for the strictest that the target allows:
            ``verify-full`` where the route has a certificate authority, else ``require``,
            ``prefer`` where the target's database cannot do TLS.

    Raises:
        CheckFailedError: The connection was refused.
        NotProvableError: The target has no direct route to the database.
    """
    parameters = _parameters(context, credentials, sslmode)
    try:
        connection = psycopg.connect(**parameters)  # type: ignore[arg-type]
    except psycopg.OperationalError as error:
        raise CheckFailedError(f"no connection to {credentials.host}: {error}") from error
    with connection:
        yield connection


def refusal(
    context: CheckContext,
    credentials: Credentials,
    *,
    password: str | None = None,
    sslmode: str | None = None,
) -> str | None:
    """Try to connect in a way that must be refused; return the server's words, None if it let us.

    Raises:
        CheckFailedError: The server could not be asked at all (no route, no answer).
    """
    tried = replace(credentials, password=password) if password else credentials
    parameters = _parameters(context, tried, sslmode)
    try:
        psycopg.connect(**parameters).close()  # type: ignore[arg-type]
    except psycopg.OperationalError as error:
        text = str(error)
        # "FATAL:" is the server's own word: libpq's failures to reach it have none.
        if "FATAL:" not in text:
            raise CheckFailedError(f"{credentials.host} did not answer: {text}") from error
        return text.strip().splitlines()[-1].rpartition("FATAL:")[2].strip()
    return None


def _route(context: CheckContext, credentials: Credentials) -> DatabaseRoute:
    route = context.target.database_route(credentials.host, credentials.port)
    if route is None:
        raise NotProvableError(f"{context.target.name} has no direct route to the database")
    return route


def _strictest(context: CheckContext, route: DatabaseRoute) -> str:
    if Capability.DATABASE_TLS in context.target.missing():
        return "prefer"
    return "verify-full" if route.ca_file else "require"


def _parameters(
    context: CheckContext, credentials: Credentials, sslmode: str | None
) -> dict[str, str | int]:
    route = _route(context, credentials)
    parameters: dict[str, str | int] = {
        "host": credentials.host,  # what the certificate must carry
        "hostaddr": route.address,
        "port": route.port,
        "user": credentials.username,
        "password": credentials.password,
        "dbname": credentials.dbname,
        "connect_timeout": _CONNECT_SECONDS,
        "application_name": "catalog-harness",
        "sslmode": sslmode or _strictest(context, route),
    }
    if route.ca_file:
        parameters["sslrootcert"] = str(route.ca_file)
    return parameters
