import pytest

from harness.emulator.gateway.patches.rds import ServerlessInstanceClass
from tests.unit.harness.emulator.gateway.fake_aws import FakeAws, query_call


@pytest.mark.anyio
async def test_other_classes_pass(aws: FakeAws) -> None:
    call = query_call(
        "rds", "DescribeOrderableDBInstanceOptions", Engine="aurora-postgresql", DBInstanceClass="x"
    )

    await ServerlessInstanceClass().handle(call, aws.call_next)

    ((_, request),) = aws.calls
    assert request["DBInstanceClass"] == "x"


pytestmark = pytest.mark.anyio


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
