import pytest

from harness.emulator.gateway.distributions import Distributions
from harness.emulator.gateway.http import Response
from harness.emulator.gateway.patches.management import CompleteAlarms, DeletedDistributionTags
from tests.unit.harness.emulator.gateway.fake_aws import (
    FakeAws,
    ecs_error,
    json_call,
    query_call,
    result_of,
)

pytestmark = pytest.mark.anyio


def test_json_passes_untouched(aws: FakeAws) -> None:
    patch = CompleteAlarms(aws.api)

    assert patch.matches(query_call("monitoring", "DescribeAlarms"))
    assert not patch.matches(json_call("monitoring", "DescribeAlarms"))


async def test_an_error_instead_of_alarms_passes(aws: FakeAws) -> None:
    refusal = Response(400, body=b"no")
    aws.responses["DescribeAlarms"] = refusal

    call = query_call("monitoring", "DescribeAlarms", MaxRecords="1000")
    response = await CompleteAlarms(aws.api).handle(call, aws.call_next)

    assert response is refusal


async def test_alarms_are_requested_in_json(aws: FakeAws) -> None:
    aws.responses["DescribeAlarms"] = {"MetricAlarms": [{"AlarmName": "a", "Period": 60}]}
    call = query_call("monitoring", "DescribeAlarms", **{"AlarmNames.member.1": "a"})

    async def found(_: object) -> Response:
        return Response(200, body=b"<DescribeAlarmsResponse/>")

    response = await CompleteAlarms(aws.api).handle(call, found)

    assert b"<Period>60</Period>" in response.body
    assert aws.calls == [("DescribeAlarms", {"AlarmNames": ["a"]})]


class KnownDistributions(Distributions):
    def __init__(self, *ids: str) -> None:
        self._ids = set(ids)

    async def ids(self) -> set[str]:
        return self._ids


async def test_only_deleted_distributions_lose_their_tags(aws: FakeAws) -> None:
    arns = ["arn:aws:s3:::b", "arn:aws:cloudfront::1:distribution/E1", "arn::distribution/E2"]
    aws.responses["GetResources"] = {
        "ResourceTagMappingList": [{"ResourceARN": arn, "Tags": []} for arn in arns]
    }

    response = await result_of(
        DeletedDistributionTags(KnownDistributions("E1")), aws, "GetResources"
    )

    assert [each["ResourceARN"] for each in response["ResourceTagMappingList"]] == arns[:2]


async def test_an_error_instead_of_tags_passes(aws: FakeAws) -> None:
    aws.responses["GetResources"] = ecs_error("InvalidParameterException")

    response = await result_of(DeletedDistributionTags(KnownDistributions()), aws, "GetResources")

    assert response["__type"] == "InvalidParameterException"
