"""Resource Groups Tagging: deleted resources are not listed."""

from harness.emulator.gateway.distributions import Distributions
from harness.emulator.gateway.http import Response
from harness.emulator.gateway.patches.base import Call, CallNext, Patch

_DISTRIBUTION = ":distribution/"


class DeletedDistributionTags(Patch):
    """Removes deleted distributions from GetResources."""

    ministack = "GetResources lists the tags of CloudFront distributions that are deleted"
    aws = "GetResources lists resources that exist"
    documentation = "https://docs.aws.amazon.com/resourcegroupstagging/latest/APIReference/API_GetResources.html"
    service = "tagging"
    operations = frozenset({"GetResources"})

    def __init__(self, distributions: Distributions) -> None:
        self._distributions = distributions

    async def handle(self, call: Call, call_next: CallNext) -> Response:
        """Filter the response."""
        response = await call_next(call)
        if not response.ok:
            return response
        body = response.json()
        existing = await self._distributions.ids()

        def exists(arn: str) -> bool:
            _, separator, name = arn.partition(_DISTRIBUTION)
            return not separator or name in existing

        mappings = body["ResourceTagMappingList"]
        body["ResourceTagMappingList"] = [each for each in mappings if exists(each["ResourceARN"])]
        return response.with_json(body)
