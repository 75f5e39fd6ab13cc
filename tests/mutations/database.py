"""Mutations of the database, its secret, and the rows that it returns."""

import json
from collections.abc import Callable
from typing import Any, LiteralString

from harness.checks.framework.context import CheckContext
from harness.checks.probes.credentials import read_credentials
from harness.checks.probes.sql_access import DirectSql
from tests.mutations.mutation import Mutation, mutation

_DIRECT = "aurora/connects-with-secret aurora/rows-agree-with-direct-sql"
_DATA_API = "aurora/data-api-answers aurora/rows-agree-with-data-api"
_PRODUCTS = (
    "aurora/rows-agree-with-data-api aurora/rows-agree-with-direct-sql cloudfront/compresses"
    " cloudfront/nothing-is-cached cloudfront/serves-products"
)
_TRIGGER: LiteralString = (
    "CREATE FUNCTION mutation() RETURNS trigger LANGUAGE plpgsql AS"
    " $$ BEGIN NEW.price = NEW.price * 10; RETURN NEW; END $$;"
    " CREATE TRIGGER mutation BEFORE INSERT ON products FOR EACH ROW EXECUTE FUNCTION mutation()"
)


def _secret(
    name: str, checks: str, change: Callable[[dict[str, Any]], object], **more: Any
) -> Mutation:
    """Return a mutation that stores a new version of the secret; then the old one again."""

    def action(context: CheckContext) -> Any:
        secrets, secret = context.clients.secretsmanager, context.expected.secret_name
        right = secrets.get_secret_value(SecretId=secret)
        values = json.loads(right["SecretString"])
        change(values)
        wrong = secrets.put_secret_value(SecretId=secret, SecretString=json.dumps(values))
        return right["VersionId"], wrong["VersionId"]

    def undo(context: CheckContext, versions: tuple[str, str]) -> None:
        context.clients.secretsmanager.update_secret_version_stage(
            SecretId=context.expected.secret_name,
            VersionStage="AWSCURRENT",
            MoveToVersionId=versions[0],
            RemoveFromVersionId=versions[1],
        )

    return mutation(name, checks, action, undo, **more)


def _sql(name: str, checks: str, do: LiteralString, undo: LiteralString, **more: Any) -> Mutation:
    def run(context: CheckContext, statement: LiteralString) -> None:
        DirectSql(context, read_credentials(context)).run(statement, {})

    return mutation(name, checks, lambda c: run(c, do), lambda c, _: run(c, undo), **more)


def _parameter(context: CheckContext, value: str) -> None:
    context.clients.rds.modify_db_cluster_parameter_group(
        DBClusterParameterGroupName=context.expected.database_parameter_group_name,
        Parameters=[
            {
                "ParameterName": "rds.force_ssl",
                "ParameterValue": value,
                "ApplyMethod": "immediate",
            }
        ],
    )


def _cluster(context: CheckContext, **changes: Any) -> None:
    context.clients.rds.modify_db_cluster(
        DBClusterIdentifier=context.expected.aurora_cluster_identifier,
        ApplyImmediately=True,
        **changes,
    )


def _trust_everybody(context: CheckContext) -> Any:
    """Let the server accept any password: its pg_hba.conf, written by itself."""
    sql = DirectSql(context, read_credentials(context))
    [(path, content)] = sql.run(
        "SELECT current_setting('hba_file'), pg_read_file(current_setting('hba_file'))", {}
    )
    _write_hba(sql, str(path), "hostssl all all all trust\nlocal all all trust\n")
    return path, content


def _write_hba(sql: DirectSql, path: str, content: str) -> None:
    lines = ", ".join("'" + line.replace("'", "''") + "'" for line in content.splitlines() if line)
    statement: Any = f"COPY (SELECT unnest(ARRAY[{lines}])) TO '{path}'"
    sql.run(statement, {})
    sql.run("SELECT pg_reload_conf()", {})


def _distrust(context: CheckContext, before: tuple[str, str]) -> None:
    _write_hba(DirectSql(context, read_credentials(context)), *before)


MUTATIONS = (
    _secret(
        "another password in the secret",
        f"{_DIRECT} {_DATA_API}",
        lambda values: values.update(password="not-that-of-the-database"),
        quick=True,
    ),
    _secret(
        "another host in the secret",
        f"{_DIRECT} aurora/secret-matches-cluster aurora/wrong-password-refused",
        lambda values: values.update(host="elsewhere.example.com"),
        quick=True,
    ),
    _secret(
        "one more key in the secret",
        "aurora/secret-matches-cluster",
        lambda values: values.update(sslmode="disable"),
    ),
    _secret(
        "the port as text in the secret",
        "aurora/secret-matches-cluster",
        lambda values: values.update(port=str(values["port"])),
    ),
    _sql(
        "ten times the price in every new row",
        _PRODUCTS,
        _TRIGGER,
        "DROP TRIGGER mutation ON products; DROP FUNCTION mutation()",
        embedded_only=True,
        quick=True,
    ),
    mutation(
        "a server that accepts any password",
        "aurora/wrong-password-refused",
        _trust_everybody,
        _distrust,
        embedded_only=True,
    ),
    mutation(
        "TLS not required by the parameter group",
        "aurora/parameter-group",
        lambda c: _parameter(c, "0"),
        lambda c, _: _parameter(c, "1"),
    ),
    mutation(
        "deletion protection of the cluster",
        "aurora/cluster",
        lambda c: _cluster(c, DeletionProtection=True),
        lambda c, _: _cluster(c, DeletionProtection=False),
        quick=True,
    ),
    mutation(
        "backups for a week",
        "aurora/cluster",
        lambda c: _cluster(c, BackupRetentionPeriod=7),
        lambda c, _: _cluster(c, BackupRetentionPeriod=1),
    ),
    mutation(
        "the Data API off",
        f"aurora/cluster {_DATA_API}",
        lambda c: _cluster(c, EnableHttpEndpoint=False),
        lambda c, _: _cluster(c, EnableHttpEndpoint=True),
    ),
)
