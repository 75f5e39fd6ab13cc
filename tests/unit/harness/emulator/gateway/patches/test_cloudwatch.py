import pytest

from harness.emulator.gateway.http import Response
from harness.emulator.gateway.patches.cloudwatch import CompleteAlarms
from tests.unit.harness.emulator.gateway.fake_aws import FakeAws, json_call, query_call


@pytest.mark.anyio
async def test_json_passes_untouched(aws: FakeAws) -> None:
    aws.responses["DescribeAlarms"] = {"MetricAlarms": []}

    await CompleteAlarms(aws.api).handle(json_call("monitoring", "DescribeAlarms"), aws.call_next)

    assert aws.names() == ["DescribeAlarms"]


@pytest.mark.anyio
async def test_an_error_response_passes(aws: FakeAws) -> None:
    refusal = Response(400, body=b"no")
    aws.responses["DescribeAlarms"] = refusal

    call = query_call("monitoring", "DescribeAlarms", MaxRecords="1000")
    response = await CompleteAlarms(aws.api).handle(call, aws.call_next)

    assert response is refusal


pytestmark = pytest.mark.anyio


async def test_alarms_are_requested_in_json(aws: FakeAws) -> None:
    aws.responses["DescribeAlarms"] = {"MetricAlarms": [{"AlarmName": "a", "Period": 60}]}
    call = query_call("monitoring", "DescribeAlarms", **{"AlarmNames.member.1": "a"})

    async def found(_: object) -> Response:
        return Response(200, body=b"<incomplete/>")

    response = await CompleteAlarms(aws.api).handle(call, found)

    assert b"<Period>60</Period>" in response.body
    assert aws.calls == [("DescribeAlarms", {"AlarmNames": ["a"]})]
