import pytest

from harness.emulator.gateway.patches.secretsmanager import SecretPendingDeletion
from tests.unit.harness.emulator.gateway.fake_aws import FakeAws, ecs_error, json_call, result_of


@pytest.mark.anyio
async def test_a_secret_that_has_just_gone_is_no_reason_for_another_error(aws: FakeAws) -> None:
    aws.answers["CreateSecret"] = ecs_error("ResourceExistsException")
    aws.answers["DescribeSecret"] = ecs_error("ResourceNotFoundException")

    call = json_call("secretsmanager", "CreateSecret", Name="s")
    answer = await SecretPendingDeletion(aws.api).handle(call, aws.call_next)

    assert b"ResourceExistsException" in answer.body


pytestmark = pytest.mark.anyio


async def test_a_pending_name_is_refused_as_pending(aws: FakeAws) -> None:
    aws.answers["CreateSecret"] = ecs_error("ResourceExistsException")
    aws.answers["DescribeSecret"] = {"DeletedDate": 1}

    answer = await result_of(SecretPendingDeletion(aws.api), aws, "CreateSecret", Name="s")

    assert answer["__type"] == "InvalidRequestException"


async def test_a_name_in_use_is_refused_as_existing(aws: FakeAws) -> None:
    aws.answers["CreateSecret"] = ecs_error("ResourceExistsException")
    aws.answers["DescribeSecret"] = {"Name": "s"}

    answer = await result_of(SecretPendingDeletion(aws.api), aws, "CreateSecret", Name="s")

    assert answer["__type"] == "ResourceExistsException"
