"""What the patches of ECS, tags and orders do with responses, over a fake."""

import pytest

from harness.emulator.gateway.distributions import Distributions
from harness.emulator.gateway.patches.tagging import DeletedDistributionTags
from tests.unit.harness.emulator.gateway.fake_aws import FakeAws, ecs_error, result_of

pytestmark = pytest.mark.anyio


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


async def test_an_error_response_passes(aws: FakeAws) -> None:
    aws.responses["GetResources"] = ecs_error("InvalidParameterException")

    response = await result_of(DeletedDistributionTags(KnownDistributions()), aws, "GetResources")

    assert response["__type"] == "InvalidParameterException"
