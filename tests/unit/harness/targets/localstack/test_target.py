"""The LocalStack target: what it finds out, what it says, and how it is reached."""

import socket
from collections.abc import Iterator

import pytest

from harness.aws.capability import Capability
from harness.core.errors import TargetError
from harness.targets.base import DatabaseRoute, Target
from harness.targets.localstack.endpoint import LocalStackEndpoint
from harness.targets.localstack.target import KNOWN_DRIFT, LocalStackTarget
from harness.terraform import ResourceChange
from harness.terraform.attributes import AttributeChange
from tests.unit.harness.targets.fake_localstack import FakeLocalStack
from tests.unit.harness.targets.loopback import Server

PAID = (
    "application-autoscaling",
    "cloudfront",
    "ecr",
    "ecs",
    "elasticloadbalancing",
    "rds",
    "rds-data",
    "service-quotas",
)
ENDPOINT = LocalStackEndpoint("http://127.0.0.1:9", "--endpoint-url")


@pytest.fixture
def community() -> Iterator[Server]:
    names = [name if name != "elasticloadbalancing" else "elbv2" for name in PAID]
    with FakeLocalStack().without(*names).serving() as server:
        yield server


@pytest.fixture
def full() -> Iterator[Server]:
    with FakeLocalStack().serving() as server:
        yield server


def target_at(server: Server) -> LocalStackTarget:
    endpoint = LocalStackEndpoint(server.endpoint, "--endpoint-url")
    return LocalStackTarget(region="eu-north-1", endpoint=endpoint, patience=10)


def started(server: Server) -> LocalStackTarget:
    target = target_at(server)
    target.start()
    return target


class TestLifetime:
    def test_it_is_looked_at_once(self, community: Server) -> None:
        target = target_at(community)

        first = target.start()
        asked = len(community.seen)

        assert target.start() == first
        assert len(community.seen) == asked

    def test_another_process_attaches_without_asking_again_what_it_can_do(
        self, community: Server
    ) -> None:
        target = target_at(community)
        attachment = target.start()
        asked = len(community.seen)

        other = LocalStackTarget.attach("eu-north-1", attachment)

        assert other.missing() == target.missing()
        assert other.facts() == target.facts()
        assert other.start() == attachment
        assert [seen.path for seen in community.seen[asked:]] == [
            "/_localstack/health",
            "/_localstack/info",
        ]

    def test_one_that_has_gone_cannot_be_attached_to(self) -> None:
        with FakeLocalStack().serving() as server:
            attachment = target_at(server).start()

        with pytest.raises(TargetError, match=r"no LocalStack at .* \(from the run's record\)"):
            LocalStackTarget.attach("eu-north-1", attachment, patience=0.1)

    def test_stopping_leaves_it_alone(self, full: Server) -> None:
        target = started(full)

        target.stop()

        assert target.session().client("s3").list_buckets()["Buckets"] == []

    def test_before_the_start_there_are_no_facts(self) -> None:
        with pytest.raises(TargetError, match="has not been started"):
            LocalStackTarget(region="eu-north-1", endpoint=ENDPOINT).facts()


class TestCapabilities:
    def test_an_edition_with_everything_lacks_only_what_nobody_has_shown(
        self, full: Server
    ) -> None:
        assert set(started(full).missing()) == {
            Capability.DATABASE_TLS,
            Capability.DATABASE_FORCED_TLS,
        }

    def test_data_planes_follow_the_services_that_they_need(self, community: Server) -> None:
        missing = started(community).missing()

        assert set(missing) == set(Capability) - {
            Capability.CLOUDWATCH,
            Capability.EC2,
            Capability.IAM,
            Capability.LOGS,
            Capability.S3,
            Capability.SECRETSMANAGER,
        }
        assert missing[Capability.ALB_DATA_PLANE] == missing[Capability.ELBV2]
        assert missing[Capability.ECS] == (
            "LocalStack 4.14.0:abc does not offer ecs (not in its license plan, or not emulated)"
        )

    def test_another_answer_is_quoted(self) -> None:
        localstack = FakeLocalStack()
        localstack.refused["logs"] = ("InternalFailure", 501, "Service 'logs' is not enabled.")

        with localstack.serving() as server:
            missing = started(server).missing()

        assert "(InternalFailure: Service 'logs' is not enabled.)" in missing[Capability.LOGS]

    def test_they_can_be_asked_before_the_start(self) -> None:
        target = LocalStackTarget(region="eu-north-1", endpoint=ENDPOINT)

        assert Capability.ECS not in target.missing()


class TestFacts:
    def test_they_name_address_version_and_edition(self, full: Server) -> None:
        assert started(full).facts() == {
            "endpoint": full.endpoint,
            "LocalStack": "4.14.0:abc (community edition, no license)",
        }

    def test_they_name_the_services_that_are_not_there(self, community: Server) -> None:
        assert started(community).facts()["services not offered"] == (
            "application-autoscaling, cloudfront, ecr, ecs, elbv2, rds, rds-data, service-quotas "
            "(not in its license plan, or not emulated)"
        )


class TestWayIn:
    def test_clients_talk_to_it_with_throw_away_credentials(self, full: Server) -> None:
        target_at(full).session().client("s3").list_buckets()

        assert "Credential=test/" in full.seen[0].headers["authorization"]

    def test_its_own_host_names_are_reached_at_the_gateway(self, full: Server) -> None:
        with target_at(full).http() as session:
            session.get("http://lb.elb.localhost.localstack.cloud/_localstack/info")

        assert full.seen[0].headers["host"] == "lb.elb.localhost.localstack.cloud"

    def test_terraform_cannot_mistake_it_for_a_real_account(self, full: Server) -> None:
        target = target_at(full)
        variables = target.environment()

        assert variables["AWS_ENDPOINT_URL"] == full.endpoint
        assert variables["AWS_ACCESS_KEY_ID"] == target.provider()["access_key"] == "test"
        assert variables["AWS_CONFIG_FILE"] == "/dev/null"

    def test_a_database_has_a_port_of_its_own_at_the_gateways_host(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(socket, "gethostbyname", {"localhost": "127.0.0.1"}.__getitem__)
        endpoint = LocalStackEndpoint("http://localhost:4566", "--endpoint-url")
        target = LocalStackTarget(region="eu-north-1", endpoint=endpoint)

        route = target.database_route("localhost.localstack.cloud", 4510)

        assert route == DatabaseRoute("127.0.0.1", 4510, None)

    def test_a_host_that_nobody_knows_has_no_route(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def unknown(_host: str) -> str:
            raise socket.gaierror

        monkeypatch.setattr(socket, "gethostbyname", unknown)
        target = LocalStackTarget(region="eu-north-1", endpoint=ENDPOINT)

        assert target.database_route("localhost.localstack.cloud", 4510) is None


class TestKnownDrift:
    def test_every_entry_has_a_reason_that_says_what_would_end_it(self) -> None:
        assert all("until" in entry.reason for entry in KNOWN_DRIFT)

    @pytest.mark.parametrize("way", ["ingress", "egress"])
    def test_it_covers_the_descriptions_of_security_group_rules(self, way: str) -> None:
        change = ResourceChange(
            f"aws_vpc_security_group_{way}_rule.firewall_x",
            ("update",),
            (AttributeChange("description", "null", "x"),),
        )

        assert [entry.attributes for entry in KNOWN_DRIFT if entry.covers(change)] == [
            {"description"}
        ]


def test_it_is_a_target() -> None:
    target: Target = LocalStackTarget(region="eu-north-1", endpoint=ENDPOINT)

    assert target.name == "localstack"
    assert target.known_drift() == KNOWN_DRIFT
