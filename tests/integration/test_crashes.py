"""Whatever part is killed: the user is told, and nothing of it all is left behind."""

import re
from collections.abc import Callable

import psycopg
import pytest

from harness.aws.emulator_session import EmulatorSession
from harness.core.wait import wait_until
from harness.emulator.cloud_info import CloudInfo
from harness.targets.embedded.container_addresses import container_address
from tests.integration.cli_process import Trial

GATEWAY = r"-m harness\.emulator\.gateway$"
SUPERVISOR = r"-m harness\.emulator --directory"
POSTGRES = r"bin/postgres -D"
PASSWORD = "of-a-test-only"


def assert_nothing_left(trial: Trial) -> None:
    trial.await_end_of_processes()
    assert trial.left_behind() == []


class TestDuringApply:
    @pytest.fixture(autouse=True)
    def applying(self, trial: Trial) -> None:
        """A bucket is there; its lifecycle rule keeps Terraform busy for a minute."""
        trial.start("run", tiers=("storage",))
        trial.await_resource("aws_s3_bucket")

    def test_a_killed_harness_takes_terraform_and_the_cloud_with_it(self, trial: Trial) -> None:
        trial.kill_harness()

        assert_nothing_left(trial)
        assert trial.record["status"] == "deploying", "the ledger still says so"
        trial.start("destroy", "--all")
        assert trial.wait() == 0
        assert f"{trial.record['environment_suffix']}: nothing to destroy" in trial.output
        assert trial.record["status"] == "destroyed"
        assert_nothing_left(trial)

    @pytest.mark.parametrize(
        ("part", "last_words"),
        [(GATEWAY, "the gateway ended by itself with status -9"), (SUPERVISOR, "")],
        ids=["gateway", "supervisor"],
    )
    def test_a_cloud_that_ends_is_said_before_what_terraform_made_of_it(
        self, trial: Trial, part: str, last_words: str
    ) -> None:
        trial.kill(part)

        assert trial.wait() == 1
        cloud, _, also = trial.first_error.partition("\n  also: ")
        assert cloud.startswith("no embedded cloud runs in ")
        assert last_words in cloud
        assert "connection refused" in also
        assert not trial.report["torn_down"], "nobody was there to be asked"
        assert trial.record["status"] == "destroyed"
        assert_nothing_left(trial)


class TestCloudWithADatabase:
    @pytest.fixture(autouse=True)
    def connect(self, trial: Trial) -> Callable[[], "psycopg.Connection[tuple[str]]"]:
        """Start a cloud and a database in it; return what connects to the database."""
        trial.start("cloud")
        trial.await_output("# Logs and state: ")
        (path,) = trial.temporary.glob("*/cloud.json")
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
    def test_a_part_that_ends_ends_the_whole(self, trial: Trial, part: str) -> None:
        assert any(re.search(POSTGRES, each) for each in trial.running())

        trial.kill(part)

        assert trial.wait() == 1
        assert trial.first_error.startswith("the embedded cloud ended by itself\n")
        assert_nothing_left(trial)

    def test_a_killed_owner_ends_it(self, trial: Trial) -> None:
        trial.kill_harness()

        assert_nothing_left(trial)

    def test_a_killed_database_refuses_and_the_rest_goes_on(
        self, trial: Trial, connect: Callable[[], "psycopg.Connection[tuple[str]]"]
    ) -> None:
        connect().close()

        trial.kill(POSTGRES)

        wait_until(
            lambda: [each for each in trial.running() if "postgres" in each],
            what="the end of the database",
            ready=lambda running: not running,
            timeout=60,
        )
        with pytest.raises(psycopg.OperationalError, match="refused"):
            connect()
        trial.press_ctrl_c()
        assert trial.wait() == 130
        assert "has stopped and was removed" in trial.output
        assert_nothing_left(trial)


def create_database(info: CloudInfo) -> str:
    """Create an Aurora cluster with one instance; return its endpoint."""
    rds = EmulatorSession(endpoint=info.endpoint, region=info.region).client("rds")
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
