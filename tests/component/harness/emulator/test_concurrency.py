"""No request holds up another, while a real database waits or is stopped."""

import json
import signal
import tempfile
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import psutil
import psycopg
import pytest

from harness.core.wait import wait_until
from harness.emulator.cloud import embedded_cloud
from harness.emulator.cloud_info import CloudInfo
from harness.targets.container_engine_api import container_address
from harness.targets.embedded import EmbeddedTarget

PASSWORD = "a-Password-1"


class Database:
    """A cluster with one instance and a table, and its secret."""

    def __init__(self, info: CloudInfo) -> None:
        self.info = info
        target = EmbeddedTarget(region=info.region, attachment={"cloud": info.directory})
        self.session = target.session()
        self.data = self.session.client("rds-data")
        rds = self.session.client("rds")
        cluster = rds.create_db_cluster(
            DBClusterIdentifier="c",
            Engine="aurora-postgresql",
            DatabaseName="d",
            MasterUsername="owner",
            MasterUserPassword=PASSWORD,
            EnableHttpEndpoint=True,
        )["DBCluster"]
        rds.create_db_instance(
            DBInstanceIdentifier="i",
            DBClusterIdentifier="c",
            Engine="aurora-postgresql",
            DBInstanceClass="db.r5.large",
        )
        self.host, self.arn = cluster["Endpoint"], cluster["DBClusterArn"]
        secret = {"username": "owner", "password": PASSWORD}
        self.secret = self.session.client("secretsmanager").create_secret(
            Name="s", SecretString=json.dumps(secret)
        )["ARN"]
        wait_until(
            lambda: rds.describe_db_instances()["DBInstances"][0]["DBInstanceStatus"],
            what="the instance",
            ready=lambda status: status == "available",
            timeout=60,
            delay=0.1,
        )
        self.execute("create table t (n int)")

    def execute(self, sql: str) -> Any:
        return self.data.execute_statement(
            resourceArn=self.arn, secretArn=self.secret, database="d", sql=sql
        )

    def connect(self) -> "psycopg.Connection[Any]":
        address = container_address(self.info.docker_host, self.host)
        return psycopg.connect(
            f"host={address} user=owner password={PASSWORD} dbname=d", connect_timeout=10
        )

    @contextmanager
    def stopped(self) -> Iterator[None]:
        """Suspend the server: connections are accepted, nothing responds."""
        family = psutil.Process(self.info.pid).children(recursive=True)
        servers = [each for each in family if each.name().startswith("postgres")]
        assert servers
        _send(servers, signal.SIGSTOP)
        try:
            yield
        finally:
            _send(servers, signal.SIGCONT)


@pytest.fixture(scope="module")
def database() -> Iterator[Database]:
    # Not tmp_path: in a worker of pytest-xdist it is too long for a socket's path.
    with pytest.MonkeyPatch.context() as patch, tempfile.TemporaryDirectory() as folder:
        patch.setattr(tempfile, "tempdir", str(Path(folder)))
        with embedded_cloud(region="eu-north-1") as info:
            yield Database(info)


def all_services_answer(database: Database) -> None:
    client = database.session.client
    client("ec2").describe_vpcs()
    client("ecs").list_clusters()
    client("rds").describe_db_clusters()
    client("s3").list_buckets()
    client("elbv2").describe_load_balancers()
    client("secretsmanager").get_secret_value(SecretId="s")


def test_other_calls_answer_while_a_statement_waits_for_a_lock(database: Database) -> None:
    with ThreadPoolExecutor() as pool, database.connect() as holder:
        holder.execute("lock table t")
        waiting = pool.submit(database.execute, "select count(*) from t")
        _until_it_waits(holder, waiting)

        all_services_answer(database)
        database.execute("select 1")

        assert not waiting.done()
        holder.commit()
        assert waiting.result(30)["records"] == [[{"longValue": 0}]]


def test_other_calls_answer_while_the_server_is_stopped(database: Database) -> None:
    with ThreadPoolExecutor() as pool:
        with database.stopped():
            waiting = pool.submit(database.execute, "select count(*) from t")

            all_services_answer(database)

            assert not waiting.done()
        assert waiting.result(30)["records"] == [[{"longValue": 0}]]


def test_statements_have_the_timeout_of_aws(database: Database) -> None:
    assert database.execute("show statement_timeout")["records"] == [[{"stringValue": "45s"}]]


def _send(processes: list[psutil.Process], number: signal.Signals) -> None:
    for each in processes:
        with suppress(psutil.NoSuchProcess):  # the server ends workers of its own
            each.send_signal(number)


def _until_it_waits(holder: "psycopg.Connection[Any]", waiting: "Future[Any]") -> None:
    query = "select count(*) from pg_locks where not granted"
    wait_until(
        lambda: (holder.execute(query).fetchone(), waiting.done()),
        what="the statement to wait for the lock",
        ready=lambda seen: seen == ((1,), False),
        timeout=30,
        delay=0.05,
    )
