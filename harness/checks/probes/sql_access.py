"""SQL on the database, directly and through the RDS Data API; parameters are ``:name``."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, LiteralString

import psycopg
from botocore.exceptions import ClientError

from harness.aws.errors import error_code
from harness.checks.framework.context import CheckContext
from harness.checks.probes.credentials import Credentials
from harness.checks.probes.postgres import connected
from harness.core.errors import CheckFailedError

if TYPE_CHECKING:
    from mypy_boto3_rds_data.type_defs import ExecuteStatementResponseTypeDef

# Errors of the Data API that mean that it cannot run a statement with this secret.
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


@dataclass(frozen=True)
class DirectSql:
    """SQL over one direct connection per statement, with the secret's credentials."""

    context: CheckContext
    credentials: Credentials

    def run(self, statement: LiteralString, values: Mapping[str, str]) -> list[Row]:
        """Run one statement and commit it; return its rows.

        Raises:
            CheckFailedError: The database rejected it.
        """
        pattern = re.sub(r"(?<!:):([a-z]+)", r"%(\1)s", statement)
        with connected(self.context, self.credentials) as connection:
            try:
                cursor = connection.execute(pattern.encode(), dict(values))
                rows = cursor.fetchall() if cursor.description else []
                self.context.exchanges.add("SQL", f"{statement}\n{dict(values)}", rows)
            except psycopg.Error as error:
                self.context.exchanges.add("SQL", f"{statement}\n{dict(values)}", error)
                raise CheckFailedError(f"the database rejected SQL: {error}") from error
        return rows


@dataclass(frozen=True)
class DataApi:
    """SQL through the RDS Data API, which reads the credentials from the secret."""

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
                database=self.context.expected.database_name,
                sql=statement,
                parameters=[{"name": n, "value": {"stringValue": v}} for n, v in values.items()],
            )

        try:
            response = self.context.eventually(
                execute,
                what="a response of the RDS Data API",
                ready=bool,
                retry_on=(rds_data.exceptions.DatabaseResumingException,),
            )
        except ClientError as error:
            if error_code(error) not in _REFUSALS:
                raise
            raise CheckFailedError(f"the RDS Data API rejected SQL: {error}") from error
        return [
            tuple(next(iter(field.values())) for field in record)
            for record in response.get("records", ())
        ]


Sql = DirectSql | DataApi
