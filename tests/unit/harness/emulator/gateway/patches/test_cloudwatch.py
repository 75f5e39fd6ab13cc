import pytest

from harness.emulator.gateway.http import Response
from harness.emulator.gateway.patches.cloudwatch import CompleteAlarms
from tests.unit.harness.emulator.gateway.fake_aws import FakeAws, json_call, query_call


@pytest.mark.anyio
async def test_json_passes_untouched(aws: FakeAws) -> None:
    aws.answers["DescribeAlarms"] = {"MetricAlarms": []}

    await CompleteAlarms(aws.api).handle(json_call("monitoring", "DescribeAlarms"), aws.call_next)

    assert aws.names() == ["DescribeAlarms"]


@pytest.mark.anyio
async def test_a_refusal_stays_a_refusal(aws: FakeAws) -> None:
    refusal = Response(400, body=b"no")
    aws.answers["DescribeAlarms"] = refusal

    call = query_call("monitoring", "DescribeAlarms", MaxRecords="1000")
    answer = await CompleteAlarms(aws.api).handle(call, aws.call_next)

    assert answer is refusal


pytestmark = pytest.mark.anyio


async def test_alarms_are_asked_for_in_json(aws: FakeAws) -> None:
    aws.answers["DescribeAlarms"] = {"MetricAlarms": [{"AlarmName": "a", "Period": 60}]}
    call = query_call("monitoring", "DescribeAlarms", **{"AlarmNames.member.1": "a"})

    async def found(_: object) -> Response:
        return Response(200, body=b"<incomplete/>")

    answer = await CompleteAlarms(aws.api).handle(call, found)

    assert b"<Period>60</Period>" in answer.body
    assert aws.calls == [("DescribeAlarms", {"AlarmNames": ["a"]})]
