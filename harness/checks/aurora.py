"""Aurora through its secret: connections, refusals, and rows that the API and SQL both see."""

import re
import secrets

from harness.aws.capability import Capability
from harness.checks.framework.check import ServiceChecks, check
from harness.checks.framework.expect import expect, expect_equal, one
from harness.checks.framework.resources import aurora_cluster
from harness.checks.probes.catalog_client import CatalogClient, body_of, new_product, task_of
from harness.checks.probes.credentials import read_credentials
from harness.checks.probes.postgres import connected, refusal
from harness.checks.probes.sql_access import DataApi, DirectSql, Sql
from harness.run.evidence import Plane
from stack.tiers import Tier

_RDS = (Capability.RDS,)
_SECRET = (Capability.SECRETSMANAGER, *_RDS)
_DIRECT = (*_SECRET, Capability.DATABASE_DATA_PLANE, Capability.DATABASE_DIRECT)
_DATA_API = (*_SECRET, Capability.DATABASE_DATA_PLANE, Capability.RDS_DATA)
_API = (Capability.ALB_DATA_PLANE, Capability.ECS_DATA_PLANE, Capability.ELBV2)


class Aurora(ServiceChecks):
    """Checks of the Aurora cluster, its secret, and the connections that it accepts."""

    service = "aurora"
    tier = Tier.DATABASE

    @check(
        "the cluster is serverless and encrypted, and its Data API is on",
        plane=Plane.CONTROL,
        requires=_RDS,
    )
    def cluster(self) -> str:
        """Wait until it is available, and compare its settings."""
        config = self.context.config
        cluster = self.context.eventually(
            lambda: aurora_cluster(self.context),
            what="an available cluster",
            ready=lambda seen: seen["Status"] == "available",
        )
        scaling = cluster.get("ServerlessV2ScalingConfiguration", {})
        seen = {
            "engine": cluster["Engine"],
            "major version": cluster["EngineVersion"].split(".")[0],
            "database": cluster.get("DatabaseName"),
            "owner": cluster.get("MasterUsername"),
            "encrypted": cluster.get("StorageEncrypted"),
            "HTTP endpoint": cluster.get("HttpEndpointEnabled"),
            "capacity": (scaling.get("MinCapacity"), scaling.get("MaxCapacity")),
            "security groups": [g["VpcSecurityGroupId"] for g in cluster["VpcSecurityGroups"]],
        }
        wanted = {
            "engine": "aurora-postgresql",
            "major version": str(config.aurora_engine_major),
            "database": config.database_name,
            "owner": config.master_username,
            "encrypted": True,
            "HTTP endpoint": True,
            "capacity": (config.aurora_min_capacity, config.aurora_max_capacity),
            "security groups": [self.context.outputs.database_security_group_id],
        }
        expect_equal("cluster", seen, wanted)
        return f"Aurora PostgreSQL {cluster['EngineVersion']}, encrypted, HTTP endpoint on"

    @check(
        "the cluster has one writer and the wanted readers, none of them public",
        plane=Plane.CONTROL,
        requires=_RDS,
    )
    def instances(self) -> str:
        """Look at each member of the cluster."""
        members = aurora_cluster(self.context)["DBClusterMembers"]
        writers = [m["DBInstanceIdentifier"] for m in members if m["IsClusterWriter"]]
        expect(len(writers) == 1, "one writer", writers)
        wanted = self.context.config.aurora_reader_count
        expect_equal("number of readers", len(members) - 1, wanted)
        for member in members:
            self._instance(member["DBInstanceIdentifier"])
        return f"writer {writers[0]}, {wanted} readers, none public"

    def _instance(self, identifier: str) -> None:
        rds = self.context.clients.rds
        answer = rds.describe_db_instances(DBInstanceIdentifier=identifier)
        instance = one(answer["DBInstances"], f"instance {identifier}")
        seen = {
            "status": instance["DBInstanceStatus"],
            "class": instance["DBInstanceClass"],
            "public": instance["PubliclyAccessible"],
        }
        wanted = {"status": "available", "class": "db.serverless", "public": False}
        expect_equal(f"instance {identifier}", seen, wanted)

    @check("the parameter group forces TLS", plane=Plane.CONTROL, requires=_RDS)
    def forces_tls(self) -> str:
        """Read rds.force_ssl of the parameter group that the cluster uses."""
        name = self.context.config.database_parameter_group_name
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

    @check(
        "the cluster is in the private subnets",
        plane=Plane.CONTROL,
        requires=_RDS,
    )
    def private_subnets(self) -> str:
        """Compare the subnets of the subnet group that the cluster uses."""
        config, rds = self.context.config, self.context.clients.rds
        name = config.database_subnet_group_name
        expect_equal("subnet group", aurora_cluster(self.context).get("DBSubnetGroup"), name)
        answer = rds.describe_db_subnet_groups(DBSubnetGroupName=name)
        group = one(answer["DBSubnetGroups"], f"subnet group {name}")
        seen = {subnet["SubnetIdentifier"] for subnet in group["Subnets"]}
        expect_equal("subnets", seen, set(self.context.outputs.private_subnet_ids))
        return f"{len(seen)} private subnets"

    @check(
        "the secret has every field and matches the cluster",
        plane=Plane.CONTROL,
        requires=_SECRET,
    )
    def secret_matches_cluster(self) -> str:
        """Compare the secret's JSON with what RDS says of the cluster."""
        credentials, cluster, config = (
            read_credentials(self.context),
            aurora_cluster(self.context),
            self.context.config,
        )
        seen = {
            "host": credentials.host,
            "port": credentials.port,
            "dbname": credentials.dbname,
            "username": credentials.username,
            "engine": credentials.engine,
        }
        wanted = {
            "host": cluster["Endpoint"],
            "port": cluster["Port"],
            "dbname": config.database_name,
            "username": config.master_username,
            "engine": "postgres",
        }
        expect_equal("secret", seen, wanted)
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
        # An emulator may run another version than the one it plays: both belong to the evidence.
        said = aurora_cluster(self.context)["EngineVersion"]
        return f"direct connection: PostgreSQL {version} (RDS says {said}), {protocol}"

    @check("a wrong password is refused", plane=Plane.DATA, requires=_DIRECT)
    def wrong_password_refused(self) -> str:
        """Connect with another password; the server must say that it is the password."""
        wrong = secrets.token_urlsafe(24)
        said = refusal(self.context, read_credentials(self.context), password=wrong)
        expect(said is not None, "a refusal", "a connection with a made-up password")
        expect("password authentication failed" in (said or ""), "a password refused", said)
        return f"direct connection: {said}"

    @check(
        "a connection without TLS is refused",
        plane=Plane.DATA,
        requires=(*_DIRECT, Capability.DATABASE_TLS, Capability.DATABASE_FORCED_TLS),
    )
    def plain_text_refused(self) -> str:
        """Connect with the right password and ``sslmode=disable``."""
        said = refusal(self.context, read_credentials(self.context), sslmode="disable")
        expect(said is not None, "a refusal", "a connection without TLS")
        known = re.search(r"no encryption|SSL off|SSL connection", said or "")
        expect(known is not None, "a refusal for want of encryption", said)
        return f"direct connection: {said}"

    @check("the RDS Data API answers with the secret", plane=Plane.DATA, requires=_DATA_API)
    def data_api_answers(self) -> str:
        """Ask who and what the Data API is connected to."""
        rows = DataApi(self.context).run(
            "SELECT current_user, current_setting('server_version')", {}
        )
        user, version = rows[0]
        expect_equal("user", user, self.context.config.master_username)
        return f"Data API: PostgreSQL {version} as the secret's user"

    @check(
        "every task says that it reaches the database over TLS",
        plane=Plane.DATA,
        requires=(*_API, Capability.DATABASE_DATA_PLANE),
        tiers=(Tier.SERVICE,),
    )
    def service_ready(self) -> str:
        """Ask ``/readyz`` through the load balancer until as many tasks as wanted answered."""
        wanted = self.context.config.desired_count
        answers = self._catalog().answers_of_tasks("/readyz", tasks=wanted)
        said = {task_of(answer): body_of(answer).get("database", {}) for answer in answers}
        expect(len(said) == wanted, f"{wanted} tasks that are ready", said)
        if Capability.DATABASE_TLS not in self.context.target.missing():
            plain = [task for task, database in said.items() if not database.get("tls")]
            expect(not plain, "TLS between every task and the database", said)
        shown = {
            f"PostgreSQL {database.get('server_version')}, {database.get('tls_version')}"
            for database in said.values()
        }
        return f"/readyz of {wanted} tasks: {', '.join(sorted(shown))}"

    @check(
        "rows written through the API are read by direct SQL, and the other way round",
        plane=Plane.DATA,
        requires=(*_DIRECT, *_API),
        tiers=(Tier.SERVICE,),
    )
    def rows_agree_with_direct_sql(self) -> str:
        """Write on either side, read on the other."""
        self._rows_agree(DirectSql(self.context, read_credentials(self.context)))
        return "direct connection: a row each way"

    @check(
        "rows written through the API are read by the Data API, and the other way round",
        plane=Plane.DATA,
        requires=(*_DATA_API, *_API),
        tiers=(Tier.SERVICE,),
    )
    def rows_agree_with_data_api(self) -> str:
        """Write on either side, read on the other."""
        self._rows_agree(DataApi(self.context))
        return "Data API: a row each way"

    def _rows_agree(self, sql: Sql) -> None:
        catalog = self._catalog()
        by_api, by_sql = new_product(), new_product()
        with catalog.product(by_api):
            rows = sql.run("SELECT name FROM products WHERE sku = :sku", {"sku": by_api["sku"]})
            expect_equal("row of the API, read by SQL", rows, [(by_api["name"],)])
        try:
            sql.run(
                "INSERT INTO products (sku, name, category, price)"
                " VALUES (:sku, :name, :category, 1)",
                {key: by_sql[key] for key in ("sku", "name", "category")},
            )
            skus = catalog.skus(by_sql["category"])
            expect_equal("row of SQL, read by the API", skus, [by_sql["sku"]])
        finally:
            sql.run("DELETE FROM products WHERE sku = :sku", {"sku": by_sql["sku"]})

    def _catalog(self) -> CatalogClient:
        return CatalogClient.at_load_balancer(self.context)
