import pytest

from harness.emulator.gateway.patches.rds import ServerlessInstanceClass
from tests.unit.harness.emulator.gateway.fake_aws import FakeAws, query_call


@pytest.mark.anyio
async def test_other_classes_pass(aws: FakeAws) -> None:
    call = query_call(
        "rds", "DescribeOrderableDBInstanceOptions", Engine="aurora-postgresql", DBInstanceClass="x"
    )

    await ServerlessInstanceClass().handle(call, aws.call_next)

    ((_, asked),) = aws.calls
    assert asked["DBInstanceClass"] == "x"


pytestmark = pytest.mark.anyio


async def test_serverless_is_asked_for_under_another_name(aws: FakeAws) -> None:
    option = {"DBInstanceClass": "db.r5.large"}
    aws.answers["DescribeOrderableDBInstanceOptions"] = {"OrderableDBInstanceOptions": [option]}
    call = query_call(
        "rds",
        "DescribeOrderableDBInstanceOptions",
        Engine="aurora-postgresql",
        DBInstanceClass="db.serverless",
    )

    answer = await ServerlessInstanceClass().handle(call, aws.call_next)

    assert b"<DBInstanceClass>db.serverless</DBInstanceClass>" in answer.body
