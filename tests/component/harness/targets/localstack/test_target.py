"""The LocalStack target: its discovery, its facts, and access to it."""

from collections.abc import Iterator

import pytest

from harness.aws.capability import Capability
from harness.core.errors import TargetError
from harness.targets.localstack.endpoint import LocalStackEndpoint
from harness.targets.localstack.target import LocalStackTarget
from tests.component.harness.targets.fake_localstack import FakeLocalStack
from tests.component.harness.targets.http_server import Server

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
    return LocalStackTarget(region="eu-north-1", endpoint=endpoint)


def started(server: Server) -> LocalStackTarget:
    target = target_at(server)
    target.start()
    return target


class TestLifetime:
    def test_a_repeated_start_sends_no_requests(self, community: Server) -> None:
        target = target_at(community)

        first = target.start()
        count = len(community.requests)

        assert target.start() == first
        assert len(community.requests) == count

    def test_another_process_attaches_without_another_discovery(self, community: Server) -> None:
        target = target_at(community)
        attachment = target.start()
        count = len(community.requests)

        other = LocalStackTarget.attach("eu-north-1", attachment)

        assert other.missing() == target.missing()
        assert other.facts() == target.facts()
        assert other.start() == attachment
        assert [request.path for request in community.requests[count:]] == [
            "/_localstack/health",
            "/_localstack/info",
        ]

    def test_one_that_has_ended_cannot_be_attached_to(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("harness.targets.localstack.target._ATTACH_SECONDS", 0.1)
        with FakeLocalStack().serving() as server:
            attachment = target_at(server).start()

        with pytest.raises(
            TargetError, match=r"no LocalStack at .* \(from the record of the run\)"
        ):
            LocalStackTarget.attach("eu-north-1", attachment)

    def test_stopping_does_not_end_it(self, full: Server) -> None:
        target = started(full)

        target.stop()

        assert target.session().client("s3").list_buckets()["Buckets"] == []


class TestCapabilities:
    def test_an_edition_with_all_services_lacks_only_unproved_capabilities(
        self, full: Server
    ) -> None:
        assert set(started(full).missing()) == {
            Capability.DATABASE_TLS,
            Capability.SERVICE_QUOTAS,
            Capability.DATABASE_FORCED_TLS,
        }

    def test_data_planes_require_their_services(self, community: Server) -> None:
        missing = started(community).missing()

        assert set(missing) == set(Capability) - {
            Capability.CLOUDWATCH,
            Capability.EC2,
            Capability.IAM,
            Capability.KMS,
            Capability.LOGS,
            Capability.S3,
            Capability.SECRETSMANAGER,
            Capability.SNS,
        }
        assert missing[Capability.ALB_DATA_PLANE] == missing[Capability.ELBV2]
        assert missing[Capability.ECS] == (
            "LocalStack 4.14.0:abc does not offer ecs (not in its license plan, or not emulated)"
        )

    def test_another_error_is_quoted(self) -> None:
        localstack = FakeLocalStack()
        localstack.refused["logs"] = ("InternalFailure", 501, "Service 'logs' is not enabled.")

        with localstack.serving() as server:
            missing = started(server).missing()

        assert "(InternalFailure: Service 'logs' is not enabled.)" in missing[Capability.LOGS]


class TestFacts:
    def test_they_name_endpoint_version_and_edition(self, full: Server) -> None:
        assert started(full).facts() == {
            "endpoint": full.endpoint,
            "LocalStack": "4.14.0:abc (community edition, no license)",
        }

    def test_they_name_the_services_that_are_not_offered(self, community: Server) -> None:
        assert started(community).facts()["services not offered"] == (
            "application-autoscaling, cloudfront, ecr, ecs, elbv2, rds, rds-data, service-quotas "
            "(not in its license plan, or not emulated)"
        )


class TestAccess:
    def test_clients_use_it_with_test_credentials(self, full: Server) -> None:
        target_at(full).session().client("s3").list_buckets()

        assert "Credential=test/" in full.requests[0].headers["authorization"]

    def test_its_host_names_are_reached_at_the_gateway(self, full: Server) -> None:
        with target_at(full).http() as session:
            session.get("http://lb.elb.localhost.localstack.cloud/_localstack/info")

        assert full.requests[0].headers["host"] == "lb.elb.localhost.localstack.cloud"

    def test_terraform_cannot_use_a_real_account(self, full: Server) -> None:
        target = target_at(full)
        variables = target.environment()

        assert variables["AWS_ENDPOINT_URL"] == full.endpoint
        assert variables["AWS_ACCESS_KEY_ID"] == variables["AWS_SECRET_ACCESS_KEY"] == "test"
        assert variables["AWS_CONFIG_FILE"] == "/dev/null"
