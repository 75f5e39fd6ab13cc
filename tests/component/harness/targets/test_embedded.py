"""The embedded target: its facts, its lifetime, and access to it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from harness.aws.capability import Capability
from harness.core.errors import TargetError
from harness.emulator.cloud_info import CA_FILE, CloudInfo
from harness.targets import embedded
from harness.targets.base import DatabaseRoute, Target
from harness.targets.embedded import EmbeddedTarget
from tests.component.harness.emulator.fake_cloud import fake_cloud
from tests.component.harness.targets.http_server import Answer, Request, unix_server

pytestmark = pytest.mark.usefixtures("clouds_in_tmp_path")


AURORA = "catalog-pr1.cluster-x.eu-north-1.rds.amazonaws.com"


@pytest.fixture
def cloud(tmp_path: Path) -> Iterator[CloudInfo]:
    with fake_cloud(tmp_path / "catalog-cloud-1") as info:
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

    def respond(request: Request) -> Answer:
        return Answer.of([{"Id": "db"}] if request.path == "/containers/json" else details)

    with unix_server(Path(cloud.docker_host.removeprefix("unix://")), respond) as server:
        yield server.endpoint


class TestLifetime:
    def test_a_repeated_start_starts_one_cloud(
        self, cloud: CloudInfo, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        started: list[dict[str, object]] = []

        def start(**options: object) -> CloudInfo:
            started.append(options)
            return cloud

        monkeypatch.setattr(embedded, "start_cloud", start)
        target = EmbeddedTarget(region="eu-north-1", owner_pid=3)

        assert target.start() == target.start() == {"cloud": cloud.directory}
        assert [each["owner_pid"] for each in started] == [3]

    def test_an_attached_target_can_stop_the_cloud(
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

    def test_they_name_another_engine_after_attaching(self, tmp_path: Path) -> None:
        docker = "unix:///run/podman.sock"
        with fake_cloud(tmp_path / "catalog-cloud-c", docker_host=docker, database="") as info:
            facts = attached(info).facts()

        assert facts["containers"] == docker
        assert facts["database server"] == "downloaded with the first database"


class TestAccess:
    def test_clients_use_the_cloud(self, target: EmbeddedTarget, cloud: CloudInfo) -> None:
        client = target.session().client("ecs")

        assert client.meta.endpoint_url == cloud.endpoint
        assert client.meta.region_name == "eu-north-1"

    def test_http_sessions_use_the_cloud(self, target: EmbeddedTarget) -> None:
        with target.http() as session:
            assert session.get_adapter("https://d1.cloudfront.net/") is session.get_adapter(
                "http://alb.example/"
            )

    def test_terraform_cannot_use_a_real_account(
        self, target: EmbeddedTarget, cloud: CloudInfo
    ) -> None:
        variables = target.environment()

        assert variables["AWS_ENDPOINT_URL"] == cloud.endpoint
        assert variables["AWS_ACCESS_KEY_ID"] == cloud.access_key
        assert not target.provider().keys() & {"access_key", "secret_key"}
        assert variables["AWS_EC2_METADATA_DISABLED"] == "true"
        assert variables["AWS_CONFIG_FILE"] == variables["AWS_SHARED_CREDENTIALS_FILE"]
        assert not Path(variables["AWS_CONFIG_FILE"]).read_text()
        assert target.provider()["skip_credentials_validation"] is True


class TestDatabaseRoute:
    @pytest.mark.usefixtures("engine")
    def test_a_database_is_reached_at_the_address_of_its_container(
        self, target: EmbeddedTarget, cloud: CloudInfo
    ) -> None:
        route = target.database_route(AURORA, 5432)

        assert route == DatabaseRoute("127.77.0.3", 5432, Path(cloud.directory) / CA_FILE)

    @pytest.mark.usefixtures("engine")
    def test_a_database_whose_server_has_died_is_an_error(self, target: EmbeddedTarget) -> None:
        with pytest.raises(TargetError, match=r"server of elsewhere\.example does not run"):
            target.database_route("elsewhere.example", 5432)

    def test_a_server_without_tls_has_no_certificate_authority_and_no_tls_capability(
        self, tmp_path: Path
    ) -> None:
        def respond(request: Request) -> Answer:
            network = {"IPAddress": "127.77.0.3", "Aliases": [AURORA]}
            details = {"NetworkSettings": {"Networks": {"n": network}}}
            return Answer.of([{"Id": "db"}] if request.path == "/containers/json" else details)

        with (
            fake_cloud(tmp_path / "catalog-cloud-c", database_tls=False) as info,
            unix_server(tmp_path / "catalog-cloud-c" / "docker.sock", respond),
        ):
            target = attached(info)

            assert target.database_route(AURORA, 5432) == DatabaseRoute("127.77.0.3", 5432, None)
            assert "built without TLS" in target.missing()[Capability.DATABASE_TLS]

    def test_a_server_with_tls_has_the_tls_capability(self, target: EmbeddedTarget) -> None:
        assert Capability.DATABASE_TLS not in target.missing()


def test_it_is_a_target(target: EmbeddedTarget) -> None:
    as_target: Target = target

    assert as_target.name == "embedded"
    assert as_target.known_drift() == ()
    for reason in as_target.missing().values():
        assert reason
