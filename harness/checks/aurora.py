"""Aurora: its settings, connections with its secret, and rows read through API and SQL."""

import re
import secrets
from dataclasses import replace
from typing import Any

from harness.aws.capability import Capability
from harness.aws.paging import pages
from harness.checks.framework.check import ServiceChecks, check, expect, expect_equal, one
from harness.checks.framework.expected import Tier
from harness.checks.framework.resources import aurora_cluster
from harness.checks.probes.catalog_client import (
    CatalogClient,
    body_of,
    items_of,
    new_product,
    require_product,
)
from harness.checks.probes.credentials import read_credentials
from harness.checks.probes.postgres import connected, refusal
from harness.checks.probes.sql_access import DataApi, DirectSql, Sql
from harness.core.errors import CheckFailedError
from harness.run.evidence import Plane

_SECRET = (Capability.SECRETSMANAGER,)
_DIRECT = (*_SECRET, Capability.DATABASE_DATA_PLANE, Capability.DATABASE_DIRECT)
_TLS = (*_DIRECT, Capability.DATABASE_TLS)
_DATA_API = (*_SECRET, Capability.DATABASE_DATA_PLANE, Capability.RDS_DATA)
_API = (Tier.SERVICE, Capability.ALB_DATA_PLANE, Capability.ECS_DATA_PLANE, Capability.ELBV2)


class Aurora(ServiceChecks):
    """Checks of the Aurora cluster, its secret, and the connections that it accepts."""

    service = "aurora"
    requires = (Tier.DATABASE, Capability.RDS)

    @check("the cluster is available, and as configured: serverless, encrypted, its Data API on")
    def cluster(self) -> str:
        """Wait until it is available, and compare all its settings."""
        cluster = self.context.eventually(
            lambda: aurora_cluster(self.context),
            what="an available cluster",
            ready=lambda actual: actual["Status"] == "available",
        )
        groups = [each["VpcSecurityGroupId"] for each in cluster["VpcSecurityGroups"]]
        described = {cluster["DBClusterIdentifier"]: {**cluster, "VpcSecurityGroups": groups}}
        return (
            f"{self.compare('DB cluster', described)}; Aurora PostgreSQL {cluster['EngineVersion']}"
        )

    @check("the cluster has exactly the configured instances, none of them public")
    def instances(self) -> str:
        """Compare each instance of the cluster: a writer, and readers."""
        name, rds = self.context.expected.aurora_cluster_identifier, self.context.clients.rds
        writers = {
            each["DBInstanceIdentifier"]
            for each in aurora_cluster(self.context)["DBClusterMembers"]
            if each["IsClusterWriter"]
        }
        of_cluster = [{"Name": "db-cluster-id", "Values": [name]}]
        found = pages(rds, "describe_db_instances", "DBInstances", Filters=of_cluster)
        described = {
            each["DBInstanceIdentifier"]: {
                **each,
                "IsClusterWriter": each["DBInstanceIdentifier"] in writers,
            }
            for each in found
        }
        return self.compare("DB instance", described)

    @check("the parameter group sets exactly what is configured: it requires TLS")
    def parameter_group(self) -> str:
        """Compare the group with every parameter that has not its default."""
        name, rds = self.context.expected.database_parameter_group_name, self.context.clients.rds
        groups = rds.describe_db_cluster_parameter_groups(DBClusterParameterGroupName=name)
        parameters = pages(
            rds,
            "describe_db_cluster_parameters",
            "Parameters",
            DBClusterParameterGroupName=name,
            Source="user",
        )
        group = one(groups["DBClusterParameterGroups"], f"parameter group {name}")
        return self.compare(
            "DB cluster parameter group", {name: {**group, "Parameters": list(parameters)}}
        )

    @check("the subnet group has exactly the private subnets")
    def private_subnets(self) -> str:
        """Compare the subnet group."""
        name, rds = self.context.expected.database_subnet_group_name, self.context.clients.rds
        response = rds.describe_db_subnet_groups(DBSubnetGroupName=name)
        group = one(response["DBSubnetGroups"], f"subnet group {name}")
        subnets = [subnet["SubnetIdentifier"] for subnet in group["Subnets"]]
        expect_equal("subnets", set(subnets), set(self.context.outputs.private_subnet_ids))
        return self.compare("DB subnet group", {name: {**group, "Subnets": subnets}})

    @check("the secret has exactly its fields, with the values of the cluster", *_SECRET)
    def secret_matches_cluster(self) -> str:
        """Compare the secret's JSON with RDS's description of the cluster."""
        credentials, cluster = read_credentials(self.context), aurora_cluster(self.context)
        stack = self.context.expected
        expected = {
            "host": cluster["Endpoint"],
            "port": cluster["Port"],
            "dbname": stack.database_name,
            "username": stack.master_username,
            "engine": "postgres",
        }
        # Never the password: neither value nor type of it is shown.
        actual = {name: value for name, value in credentials.document.items() if name != "password"}
        expect_equal("secret", actual, expected)
        types = {name: type(actual[name]).__name__ for name in expected}
        expect_equal("types", types, {name: type(expected[name]).__name__ for name in expected})
        return f"username, password, host, port, dbname, engine; host {credentials.host}"

    @check("the secret opens an encrypted connection", *_TLS, plane=Plane.DATA)
    def connects_with_secret(self) -> str:
        """Connect directly, with the certificate verified where the target has an authority."""
        credentials = read_credentials(self.context)
        with connected(self.context, credentials) as connection:
            row = connection.execute(
                "SELECT current_setting('server_version'), ssl, version, current_user"
                " FROM pg_stat_ssl WHERE pid = pg_backend_pid()"
            ).fetchone()
        version, encrypted, protocol, user = row or (None, None, None, None)
        expect(bool(encrypted), "TLS on the connection", f"PostgreSQL {version} without it")
        expect_equal("user", user, credentials.username)
        # An emulator may run another version than it reports: both belong to the evidence.
        reported = aurora_cluster(self.context)["EngineVersion"]
        return f"direct connection: PostgreSQL {version} (RDS reports {reported}), {protocol}"

    @check("the server refuses a wrong password", *_DIRECT, plane=Plane.DATA)
    def wrong_password_refused(self) -> str:
        """Connect with another password; the server must reject it for the password."""
        wrong = replace(read_credentials(self.context), password=secrets.token_urlsafe(24))
        reason = refusal(self.context, wrong)
        expect(reason is not None, "a refusal", "a connection with a made-up password")
        expect(
            "password authentication failed" in (reason or ""),
            "a refusal because of the password",
            reason,
        )
        return f"direct connection: {reason}"

    @check(
        "the server refuses a connection without TLS",
        *_TLS,
        Capability.DATABASE_FORCED_TLS,
        plane=Plane.DATA,
    )
    def plain_text_refused(self) -> str:
        """Connect with the right password and ``sslmode=disable``."""
        reason = refusal(self.context, read_credentials(self.context), sslmode="disable")
        expect(reason is not None, "a refusal", "a connection without TLS")
        encryption = re.search(r"no encryption|SSL off|SSL connection", reason or "")
        expect(encryption is not None, "a refusal because of missing encryption", reason)
        return f"direct connection: {reason}"

    @check("the RDS Data API runs SQL with the secret", *_DATA_API, plane=Plane.DATA)
    def data_api_answers(self) -> str:
        """Select user and server version through the Data API."""
        rows = DataApi(self.context).run(
            "SELECT current_user::text, current_setting('server_version')", {}
        )
        user, version = rows[0]
        expect_equal("user", user, self.context.expected.master_username)
        return f"Data API: PostgreSQL {version} as the secret's user"

    @check(
        "every task reports that it reaches the database over TLS",
        *_API,
        Capability.DATABASE_DATA_PLANE,
        plane=Plane.DATA,
    )
    def service_ready(self) -> str:
        """Request ``/readyz`` through the load balancer until every desired task has responded."""
        catalog = CatalogClient.at_load_balancer(self.context)

        def observe() -> dict[str, Any]:
            responses = catalog.each_task(lambda: catalog.send("GET", "/readyz"))
            return {task: body_of(each).get("database", {}) for task, each in responses.items()}

        expected = self.context.expected.desired_count
        reported = self.context.eventually(
            observe,
            what=f"{expected} tasks that are ready",
            ready=lambda reported: len(reported) == expected,
            retry_on=(CheckFailedError,),  # a task that is not ready responds with 503
        )
        if Capability.DATABASE_TLS not in self.context.target.missing():
            plain = [task for task, database in reported.items() if not database.get("tls")]
            expect(not plain, "TLS between every task and the database", reported)
        shown = {
            f"PostgreSQL {database.get('server_version')}, {database.get('tls_version')}"
            for database in reported.values()
        }
        return f"/readyz of {expected} tasks: {', '.join(sorted(shown))}"

    @check(
        "direct SQL reads rows written through the API, and the reverse",
        *_DIRECT,
        *_API,
        plane=Plane.DATA,
    )
    def rows_agree_with_direct_sql(self) -> str:
        """Write on one side, read on the other."""
        sql = DirectSql(self.context, read_credentials(self.context))
        return f"direct connection: {self._rows_agree(sql)}"

    @check(
        "the Data API reads rows written through the API, and the reverse",
        *_DATA_API,
        *_API,
        plane=Plane.DATA,
    )
    def rows_agree_with_data_api(self) -> str:
        """Write on one side, read on the other."""
        return f"Data API: {self._rows_agree(DataApi(self.context))}"

    def _rows_agree(self, sql: Sql) -> str:
        """Compare every column of rows written through each task; read one from each task."""
        catalog, from_sql = CatalogClient.at_load_balancer(self.context), new_product()
        with catalog.products(each_task=True) as made:
            for each in made:
                rows = sql.run(
                    "SELECT sku, name, description, category, CAST(price AS text), currency"
                    " FROM products WHERE sku = :sku",
                    {"sku": each.sent["sku"]},
                )
                expect_equal("row of the API, read by SQL", rows, [tuple(each.sent.values())])
        try:
            sql.run(
                "INSERT INTO products (sku, name, description, category, price, currency) VALUES"
                " (:sku, :name, :description, :category, CAST(:price AS numeric), :currency)",
                from_sql,
            )
            for response in catalog.each_task(
                lambda: catalog.search(from_sql["category"])
            ).values():
                require_product(one(items_of(response), "product"), from_sql)
        finally:
            sql.run("DELETE FROM products WHERE sku = :sku", {"sku": from_sql["sku"]})
        return f"rows of {len(made)} tasks read by SQL, one of SQL read by every task, all columns"
