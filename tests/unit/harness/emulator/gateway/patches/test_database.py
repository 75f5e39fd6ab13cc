import pytest

from harness.emulator.gateway.patches.database import (
    SecretPendingDeletion,
    ServerlessInstanceClass,
)
from tests.unit.harness.emulator.gateway.fake_aws import (
    FakeAws,
    ecs_error,
    json_call,
    query_call,
    result_of,
)

pytestmark = pytest.mark.anyio


async def test_other_classes_pass(aws: FakeAws) -> None:
    call = query_call(
        "rds", "DescribeOrderableDBInstanceOptions", Engine="aurora-postgresql", DBInstanceClass="x"
    )

    await ServerlessInstanceClass().handle(call, aws.call_next)

    ((_, request),) = aws.calls
    assert request["DBInstanceClass"] == "x"


async def test_serverless_is_requested_as_another_class(aws: FakeAws) -> None:
    option = {"DBInstanceClass": "db.r5.large"}
    aws.responses["DescribeOrderableDBInstanceOptions"] = {"OrderableDBInstanceOptions": [option]}
    call = query_call(
        "rds",
        "DescribeOrderableDBInstanceOptions",
        Engine="aurora-postgresql",
        DBInstanceClass="db.serverless",
    )

    response = await ServerlessInstanceClass().handle(call, aws.call_next)

    assert b"<DBInstanceClass>db.serverless</DBInstanceClass>" in response.body


async def test_a_secret_deleted_between_the_calls_keeps_the_error(aws: FakeAws) -> None:
    aws.responses["CreateSecret"] = ecs_error("ResourceExistsException")
    aws.responses["DescribeSecret"] = ecs_error("ResourceNotFoundException")

    call = json_call("secretsmanager", "CreateSecret", Name="s")
    response = await SecretPendingDeletion(aws.api).handle(call, aws.call_next)

    assert b"ResourceExistsException" in response.body


async def test_a_name_pending_deletion_returns_invalid_request(aws: FakeAws) -> None:
    aws.responses["CreateSecret"] = ecs_error("ResourceExistsException")
    aws.responses["DescribeSecret"] = {"DeletedDate": 1}

    response = await result_of(SecretPendingDeletion(aws.api), aws, "CreateSecret", Name="s")

    assert response["__type"] == "InvalidRequestException"


async def test_a_name_in_use_returns_resource_exists(aws: FakeAws) -> None:
    aws.responses["CreateSecret"] = ecs_error("ResourceExistsException")
    aws.responses["DescribeSecret"] = {"Name": "s"}

    response = await result_of(SecretPendingDeletion(aws.api), aws, "CreateSecret", Name="s")

    assert response["__type"] == "ResourceExistsException"
