"""The embedded target: what it says of its cloud, and how it is reached."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from harness.aws.capability import Capability
from harness.core.errors import TargetError
from harness.emulator.cloud_info import CA_FILE, CloudInfo
from harness.targets.base import DatabaseRoute, Target
from harness.targets.embedded import target as embedded
from harness.targets.embedded.target import EmbeddedTarget
from tests.unit.harness.emulator.clouds import stand_in_cloud
from tests.unit.harness.targets.loopback import Answer, Seen, unix_server

AURORA = "catalog-pr1.cluster-x.eu-north-1.rds.amazonaws.com"


@pytest.fixture
def cloud(tmp_path: Path) -> Iterator[CloudInfo]:
    with stand_in_cloud(tmp_path / "cloud") as info:
        yield info


@pytest.fixture
def target(cloud: CloudInfo) -> EmbeddedTarget:
    return attached(cloud)


def attached(cloud: CloudInfo) -> EmbeddedTarget:
    return EmbeddedTarget(region=cloud.region, attachment={"cloud": cloud.directory})


@pytest.fixture
def engine(cloud: CloudInfo) -> Iterator[str]:
    details = {
        "NetworkSettings": {"Networks": {"n": {"IPAddress": "127.77.0.3", "Aliases": [AURORA]}}}
    }

    def respond(seen: Seen) -> Answer:
        return Answer.of([{"Id": "db"}] if seen.path == "/containers/json" else details)

    with unix_server(Path(cloud.docker_host.removeprefix("unix://")), respond) as server:
        yield server.endpoint


class TestLifetime:
    def test_a_target_that_was_not_started_says_so(self) -> None:
        with pytest.raises(TargetError, match="has not been started"):
            EmbeddedTarget(region="eu-north-1").session()

    def test_it_starts_one_cloud_however_often_it_is_asked(
        self, cloud: CloudInfo, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        started: list[object] = []

        def start(**options: object) -> CloudInfo:
            started.append(options)
            return cloud

        monkeypatch.setattr(embedded, "start_cloud", start)
        target = EmbeddedTarget(region="eu-north-1", owner_pid=3)

        assert target.start() == target.start() == {"cloud": cloud.directory}
        assert started == [{"region": "eu-north-1", "docker_host": None, "owner_pid": 3}]

    def test_stopping_ends_the_cloud_also_for_who_only_attached(
        self, target: EmbeddedTarget, cloud: CloudInfo
    ) -> None:
        target.stop()

        assert not cloud.alive
        assert not Path(cloud.directory).exists()

    def test_stopping_twice_is_no_error(self, target: EmbeddedTarget) -> None:
        target.stop()
        target.stop()


class TestFacts:
    def test_they_name_endpoint_engine_and_database(
        self, target: EmbeddedTarget, cloud: CloudInfo
    ) -> None:
        assert target.facts() == {
            "endpoint": cloud.endpoint,
            "containers": "built-in engine (processes)",
            "database server": "PostgreSQL 16.15 (of a test)",
        }

    def test_an_engine_of_the_users_is_named_also_after_attaching(self, tmp_path: Path) -> None:
        docker = "unix:///run/podman.sock"
        with stand_in_cloud(tmp_path / "c", docker_host=docker, database="") as info:
            facts = attached(info).facts()

        assert facts["containers"] == docker
        assert facts["database server"] == "as the container engine pulls it"


class TestWayIn:
    def test_clients_talk_to_the_cloud(self, target: EmbeddedTarget, cloud: CloudInfo) -> None:
        client = target.session().client("ecs")

        assert client.meta.endpoint_url == cloud.endpoint
        assert client.meta.region_name == "eu-north-1"

    def test_http_sessions_do_too(self, target: EmbeddedTarget) -> None:
        with target.http() as session:
            assert session.get_adapter("https://d1.cloudfront.net/") is session.get_adapter(
                "http://alb.example/"
            )

    def test_terraform_cannot_mistake_it_for_a_real_account(
        self, target: EmbeddedTarget, cloud: CloudInfo
    ) -> None:
        variables = target.environment()

        assert variables["AWS_ENDPOINT_URL"] == cloud.endpoint
        assert variables["AWS_ACCESS_KEY_ID"] == target.provider()["access_key"] == "test"
        assert variables["AWS_EC2_METADATA_DISABLED"] == "true"
        assert variables["AWS_CONFIG_FILE"] == variables["AWS_SHARED_CREDENTIALS_FILE"]
        assert not Path(variables["AWS_CONFIG_FILE"]).read_text()
        assert target.provider()["skip_credentials_validation"] is True


class TestDatabaseRoute:
    @pytest.mark.usefixtures("engine")
    def test_a_database_is_reached_at_its_containers_address(
        self, target: EmbeddedTarget, cloud: CloudInfo
    ) -> None:
        route = target.database_route(AURORA, 5432)

        assert route == DatabaseRoute("127.77.0.3", 5432, Path(cloud.directory) / CA_FILE)

    @pytest.mark.usefixtures("engine")
    def test_a_name_that_is_no_database_has_no_route(self, target: EmbeddedTarget) -> None:
        assert target.database_route("elsewhere.example", 5432) is None

    def test_a_server_without_tls_has_no_authority_and_cannot_prove_tls(
        self, tmp_path: Path
    ) -> None:
        def respond(seen: Seen) -> Answer:
            network = {"IPAddress": "127.77.0.3", "Aliases": [AURORA]}
            details = {"NetworkSettings": {"Networks": {"n": network}}}
            return Answer.of([{"Id": "db"}] if seen.path == "/containers/json" else details)

        with (
            stand_in_cloud(tmp_path / "c", database_tls=False) as info,
            unix_server(tmp_path / "c" / "docker.sock", respond),
        ):
            target = attached(info)

            assert target.database_route(AURORA, 5432) == DatabaseRoute("127.77.0.3", 5432, None)
            assert "built without TLS" in target.missing()[Capability.DATABASE_TLS]

    def test_one_with_tls_can_prove_it(self, target: EmbeddedTarget) -> None:
        assert Capability.DATABASE_TLS not in target.missing()


def test_it_is_a_target(target: EmbeddedTarget) -> None:
    as_target: Target = target

    assert as_target.name == "embedded"
    assert as_target.known_drift() == ()
    for reason in as_target.missing().values():
        assert reason


def test_capabilities_can_be_asked_before_the_start() -> None:
    assert Capability.DATABASE_TLS not in EmbeddedTarget(region="eu-north-1").missing()
