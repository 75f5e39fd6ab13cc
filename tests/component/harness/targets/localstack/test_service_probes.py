"""The services that a LocalStack is found to offer."""

from collections.abc import Iterator

import pytest

from harness.aws.capability import Capability
from harness.aws.emulator_session import EmulatorSession
from harness.core.errors import TargetError
from harness.targets.localstack.service_probes import refused_services
from tests.component.harness.targets.fake_localstack import NOT_LICENSED, FakeLocalStack
from tests.component.harness.targets.http_server import Answer, Server, http_server

SERVICES = {
    Capability.APPLICATION_AUTOSCALING,
    Capability.CLOUDFRONT,
    Capability.CLOUDWATCH,
    Capability.EC2,
    Capability.ECR,
    Capability.ECS,
    Capability.ELBV2,
    Capability.IAM,
    Capability.KMS,
    Capability.LOGS,
    Capability.RDS,
    Capability.RDS_DATA,
    Capability.S3,
    Capability.SECRETSMANAGER,
    Capability.SERVICE_QUOTAS,
    Capability.SNS,
}


@pytest.fixture
def localstack() -> FakeLocalStack:
    return FakeLocalStack()


@pytest.fixture
def server(localstack: FakeLocalStack) -> Iterator[Server]:
    with localstack.serving() as server:
        yield server


def refused_at(server: Server) -> dict[Capability, str]:
    return refused_services(EmulatorSession(endpoint=server.endpoint, region="eu-north-1"))


def test_a_service_that_responds_is_offered(server: Server) -> None:
    assert refused_at(server) == {}


def test_every_service_receives_one_request(server: Server) -> None:
    refused_at(server)

    assert len(server.requests) == len(SERVICES)


def test_a_service_that_is_not_licensed_is_refused_with_its_error(
    localstack: FakeLocalStack, server: Server
) -> None:
    localstack.without(*(service.value for service in SERVICES))

    assert refused_at(server) == {
        service: f"InternalFailure: {NOT_LICENSED.format(service)}" for service in SERVICES
    }


@pytest.mark.parametrize(
    ("code", "status"), [("BadRequestException", 400), ("AccessDeniedException", 403)]
)
def test_an_error_of_a_real_service_counts_as_offered(
    localstack: FakeLocalStack, server: Server, code: str, status: int
) -> None:
    localstack.refused["rds-data"] = (code, status, "no such cluster")

    assert refused_at(server) == {}


def test_a_service_with_an_internal_error_is_not_offered(
    localstack: FakeLocalStack, server: Server
) -> None:
    localstack.refused["logs"] = ("InternalError", 501, "exception while calling logs")

    assert refused_at(server) == {Capability.LOGS: "InternalError: exception while calling logs"}


def test_a_response_of_no_aws_service_is_an_error() -> None:
    with (
        http_server(lambda _: Answer(200, b"<html>")) as server,
        pytest.raises(TargetError, match=r"unexpected response"),
    ):
        refused_at(server)
