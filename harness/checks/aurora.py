"""Aurora: its settings, connections with its secret, and rows read through API and SQL."""

import re
import secrets
from typing import Any

from harness.aws.capability import Capability
from harness.checks.framework.check import ServiceChecks, check, expect, expect_equal, one
from harness.checks.framework.expected import Tier
from harness.checks.framework.resources import aurora_cluster
from harness.checks.probes.catalog_client import CatalogClient, body_of, new_product, task_of
from harness.checks.probes.credentials import read_credentials
from harness.checks.probes.postgres import connected, refusal
from harness.checks.probes.sql_access import DataApi, DirectSql, Sql
from harness.core.errors import CheckFailedError
from harness.run.evidence import Plane

_SECRET = (Capability.SECRETSMANAGER,)
_DIRECT = (*_SECRET, Capability.DATABASE_DATA_PLANE, Capability.DATABASE_DIRECT)
_DATA_API = (*_SECRET, Capability.DATABASE_DATA_PLANE, Capability.RDS_DATA)
_API = (Capability.ALB_DATA_PLANE, Capability.ECS_DATA_PLANE, Capability.ELBV2)


class Aurora(ServiceChecks):
    """Checks of the Aurora cluster, its secret, and the connections that it accepts."""

    service = "aurora"
    tier = Tier.DATABASE
    requires = (Capability.RDS,)

    @check("the cluster is serverless and encrypted, and its Data API is on")
    def cluster(self) -> str:
        """Wait until it is available, and compare its settings."""
        stack = self.context.expected
        cluster = self.context.eventually(
            lambda: aurora_cluster(self.context),
            what="an available cluster",
            ready=lambda actual: actual["Status"] == "available",
        )
        scaling = cluster.get("ServerlessV2ScalingConfiguration", {})
        actual = {
            "engine": cluster["Engine"],
            "major version": cluster["EngineVersion"].split(".")[0],
            "database": cluster.get("DatabaseName"),
            "owner": cluster.get("MasterUsername"),
            "encrypted": cluster.get("StorageEncrypted"),
            "HTTP endpoint": cluster.get("HttpEndpointEnabled"),
            "capacity": (scaling.get("MinCapacity"), scaling.get("MaxCapacity")),
            "security groups": [g["VpcSecurityGroupId"] for g in cluster["VpcSecurityGroups"]],
        }
        expected = {
            "engine": "aurora-postgresql",
            "major version": str(stack.aurora_engine_major),
            "database": stack.database_name,
            "owner": stack.master_username,
            "encrypted": True,
            "HTTP endpoint": True,
            "capacity": (stack.aurora_min_capacity, stack.aurora_max_capacity),
            "security groups": [self.context.outputs.database_security_group_id],
        }
        expect_equal("cluster", actual, expected)
        return f"Aurora PostgreSQL {cluster['EngineVersion']}, encrypted, HTTP endpoint on"

    @check("the cluster has one writer and the expected number of readers, none of them public")
    def instances(self) -> str:
        """Compare each member of the cluster."""
        members = aurora_cluster(self.context)["DBClusterMembers"]
        writers = [m["DBInstanceIdentifier"] for m in members if m["IsClusterWriter"]]
        expect(len(writers) == 1, "one writer", writers)
        expected = self.context.expected.aurora_reader_count
        expect_equal("number of readers", len(members) - 1, expected)
        for member in members:
            self._instance(member["DBInstanceIdentifier"])
        return f"writer {writers[0]}, {expected} readers, none public"

    def _instance(self, identifier: str) -> None:
        rds = self.context.clients.rds
        response = rds.describe_db_instances(DBInstanceIdentifier=identifier)
        instance = one(response["DBInstances"], f"instance {identifier}")
        actual = {
            "status": instance["DBInstanceStatus"],
            "class": instance["DBInstanceClass"],
            "public": instance["PubliclyAccessible"],
        }
        expected = {"status": "available", "class": "db.serverless", "public": False}
        expect_equal(f"instance {identifier}", actual, expected)

    @check("the parameter group requires TLS")
    def forces_tls(self) -> str:
        """Read rds.force_ssl of the parameter group that the cluster uses."""
        name = self.context.expected.database_parameter_group_name
        expect_equal(
            "parameter group", aurora_cluster(self.context).get("DBClusterParameterGroup"), name
        )
        pages = self.context.clients.rds.get_paginator("describe_db_cluster_parameters").paginate(
            DBClusterParameterGroupName=name
        )
        values = {
            parameter["ParameterName"]: parameter.get("ParameterValue")
            for page in pages
            for parameter in page["Parameters"]
        }
        expect_equal("rds.force_ssl", values.get("rds.force_ssl"), "1")
        return f"rds.force_ssl=1 in {name}"

    @check("the cluster is in the private subnets")
    def private_subnets(self) -> str:
        """Compare the subnets of the subnet group that the cluster uses."""
        stack, rds = self.context.expected, self.context.clients.rds
        name = stack.database_subnet_group_name
        expect_equal("subnet group", aurora_cluster(self.context).get("DBSubnetGroup"), name)
        response = rds.describe_db_subnet_groups(DBSubnetGroupName=name)
        group = one(response["DBSubnetGroups"], f"subnet group {name}")
        actual = {subnet["SubnetIdentifier"] for subnet in group["Subnets"]}
        expect_equal("subnets", actual, set(self.context.outputs.private_subnet_ids))
        return f"{len(actual)} private subnets"

    @check("the secret has every field, with the values of the cluster", requires=_SECRET)
    def secret_matches_cluster(self) -> str:
        """Compare the secret's JSON with RDS's description of the cluster."""
        credentials, cluster, stack = (
            read_credentials(self.context),
            aurora_cluster(self.context),
            self.context.expected,
        )
        actual = {
            "host": credentials.host,
            "port": credentials.port,
            "dbname": credentials.dbname,
            "username": credentials.username,
            "engine": credentials.engine,
        }
        expected = {
            "host": cluster["Endpoint"],
            "port": cluster["Port"],
            "dbname": stack.database_name,
            "username": stack.master_username,
            "engine": "postgres",
        }
        expect_equal("secret", actual, expected)
        return f"username, password, host, port, dbname, engine; host {credentials.host}"

    @check(
        "the secret opens an encrypted connection",
        plane=Plane.DATA,
        requires=(*_DIRECT, Capability.DATABASE_TLS),
    )
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

    @check("the server refuses a wrong password", plane=Plane.DATA, requires=_DIRECT)
    def wrong_password_refused(self) -> str:
        """Connect with another password; the server must reject it for the password."""
        wrong = secrets.token_urlsafe(24)
        reason = refusal(self.context, read_credentials(self.context), password=wrong)
        expect(reason is not None, "a refusal", "a connection with a made-up password")
        expect(
            "password authentication failed" in (reason or ""),
            "a refusal because of the password",
            reason,
        )
        return f"direct connection: {reason}"

    @check(
        "the server refuses a connection without TLS",
        plane=Plane.DATA,
        requires=(*_DIRECT, Capability.DATABASE_TLS, Capability.DATABASE_FORCED_TLS),
    )
    def plain_text_refused(self) -> str:
        """Connect with the right password and ``sslmode=disable``."""
        reason = refusal(self.context, read_credentials(self.context), sslmode="disable")
        expect(reason is not None, "a refusal", "a connection without TLS")
        encryption = re.search(r"no encryption|SSL off|SSL connection", reason or "")
        expect(encryption is not None, "a refusal because of missing encryption", reason)
        return f"direct connection: {reason}"

    @check("the RDS Data API runs SQL with the secret", plane=Plane.DATA, requires=_DATA_API)
    def data_api_answers(self) -> str:
        """Select user and server version through the Data API."""
        rows = DataApi(self.context).run(
            "SELECT current_user, current_setting('server_version')", {}
        )
        user, version = rows[0]
        expect_equal("user", user, self.context.expected.master_username)
        return f"Data API: PostgreSQL {version} as the secret's user"

    @check(
        "every task reports that it reaches the database over TLS",
        plane=Plane.DATA,
        requires=(*_API, Capability.DATABASE_DATA_PLANE),
        tiers=(Tier.SERVICE,),
    )
    def service_ready(self) -> str:
        """Request ``/readyz`` through the load balancer until every desired task has responded."""
        expected, catalog = self.context.expected.desired_count, self._catalog()

        def observe() -> dict[str, Any]:
            responses = catalog.responses_of_tasks("/readyz", tasks=expected)
            return {task_of(each): body_of(each).get("database", {}) for each in responses}

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
        plane=Plane.DATA,
        requires=(*_DIRECT, *_API),
        tiers=(Tier.SERVICE,),
    )
    def rows_agree_with_direct_sql(self) -> str:
        """Write on one side, read on the other."""
        self._rows_agree(DirectSql(self.context, read_credentials(self.context)))
        return "direct connection: a row each way"

    @check(
        "the Data API reads rows written through the API, and the reverse",
        plane=Plane.DATA,
        requires=(*_DATA_API, *_API),
        tiers=(Tier.SERVICE,),
    )
    def rows_agree_with_data_api(self) -> str:
        """Write on one side, read on the other."""
        self._rows_agree(DataApi(self.context))
        return "Data API: a row each way"

    def _rows_agree(self, sql: Sql) -> None:
        catalog = self._catalog()
        from_api, from_sql = new_product(), new_product()
        with catalog.product(from_api):
            rows = sql.run("SELECT name FROM products WHERE sku = :sku", {"sku": from_api["sku"]})
            expect_equal("row of the API, read by SQL", rows, [(from_api["name"],)])
        try:
            sql.run(
                "INSERT INTO products (sku, name, category, price)"
                " VALUES (:sku, :name, :category, 1)",
                {key: from_sql[key] for key in ("sku", "name", "category")},
            )
            skus = catalog.skus(from_sql["category"])
            expect_equal("row of SQL, read by the API", skus, [from_sql["sku"]])
        finally:
            sql.run("DELETE FROM products WHERE sku = :sku", {"sku": from_sql["sku"]})

    def _catalog(self) -> CatalogClient:
        return CatalogClient.at_load_balancer(self.context)
