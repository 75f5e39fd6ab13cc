"""When a component is killed, the error is reported and nothing is left behind."""

import re
from collections.abc import Callable

import psycopg
import pytest

from harness.core.wait import wait_until
from harness.emulator.cloud_info import CloudInfo
from harness.targets.container_engine_api import container_address
from harness.targets.embedded import EmbeddedTarget
from tests.integration.cli_process import CliProcess

GATEWAY = r"-m harness\.emulator\.gateway$"
SUPERVISOR = r"-m harness\.emulator /"
POSTGRES = r"bin/postgres -D"
PASSWORD = "of-a-test-only"


def assert_nothing_left(cli: CliProcess) -> None:
    cli.await_end_of_processes()
    assert cli.left_behind() == []


class TestCloudWithADatabase:
    @pytest.fixture(autouse=True)
    def connect(self, cli: CliProcess) -> Callable[[], "psycopg.Connection[tuple[str]]"]:
        """Start a cloud with a database; return a function that connects to it."""
        cli.start("cloud")
        cli.await_output("export DOCKER_HOST=")
        (path,) = cli.temporary.glob("*/cloud.json")
        info = CloudInfo.read(path.parent)
        assert info is not None
        endpoint = create_database(info)
        address = container_address(info.docker_host, endpoint)
        assert address is not None

        def connect() -> "psycopg.Connection[tuple[str]]":
            return psycopg.connect(
                host=address, user="catalogadmin", password=PASSWORD, dbname="catalog"
            )

        return connect

    @pytest.mark.parametrize("part", [GATEWAY, SUPERVISOR], ids=["gateway", "supervisor"])
    def test_the_end_of_a_component_ends_the_cloud(self, cli: CliProcess, part: str) -> None:
        assert any(re.search(POSTGRES, each) for each in cli.running())

        cli.kill(part)

        assert cli.wait() == 1
        assert cli.first_error.startswith("the embedded cloud ended by itself\n")
        assert_nothing_left(cli)

    def test_a_killed_owner_ends_the_cloud(self, cli: CliProcess) -> None:
        cli.kill_harness()

        assert_nothing_left(cli)

    def test_a_killed_database_refuses_connections_and_the_rest_keeps_running(
        self, cli: CliProcess, connect: Callable[[], "psycopg.Connection[tuple[str]]"]
    ) -> None:
        connect().close()

        cli.kill(POSTGRES)

        wait_until(
            lambda: [each for each in cli.running() if "postgres" in each],
            what="the end of the database",
            ready=lambda running: not running,
            timeout=60,
        )
        with pytest.raises(psycopg.OperationalError, match="refused"):
            connect()
        cli.press_ctrl_c()
        assert cli.wait() == 130
        assert "has stopped and was removed" in cli.output
        assert_nothing_left(cli)


def create_database(info: CloudInfo) -> str:
    """Create an Aurora cluster with one instance; return its endpoint."""
    target = EmbeddedTarget(region=info.region, attachment={"cloud": info.directory})
    rds = target.session().client("rds")
    rds.create_db_cluster(
        DBClusterIdentifier="catalog",
        Engine="aurora-postgresql",
        EngineVersion="16.8",
        MasterUsername="catalogadmin",
        MasterUserPassword=PASSWORD,
        DatabaseName="catalog",
    )
    rds.create_db_instance(
        DBInstanceIdentifier="writer",
        DBClusterIdentifier="catalog",
        Engine="aurora-postgresql",
        DBInstanceClass="db.serverless",
    )
    rds.get_waiter("db_instance_available").wait(
        DBInstanceIdentifier="writer", WaiterConfig={"Delay": 1, "MaxAttempts": 120}
    )
    (cluster,) = rds.describe_db_clusters()["DBClusters"]
    return str(cluster["Endpoint"])
