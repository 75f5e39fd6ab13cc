"""Resource Groups Tagging: what is deleted is no longer listed."""

import json
from typing import Any

from harness.emulator.gateway.distributions import Distributions
from harness.emulator.gateway.http import Response
from harness.emulator.gateway.patches.base import Call, CallNext, Patch

_DISTRIBUTION = ":distribution/"


class DeletedDistributionTags(Patch):
    """Takes deleted distributions out of GetResources."""

    ministack = "GetResources lists the tags of CloudFront distributions that are deleted"
    aws = "GetResources lists resources that exist"
    documentation = "https://docs.aws.amazon.com/resourcegroupstagging/latest/APIReference/API_GetResources.html"
    service = "tagging"
    operations = frozenset({"GetResources"})

    def __init__(self, distributions: Distributions) -> None:
        self._distributions = distributions

    async def handle(self, call: Call, call_next: CallNext) -> Response:
        """Filter the answer."""
        response = await call_next(call)
        if not response.ok:
            return response
        answered = json.loads(response.body)
        existing = await self._distributions.ids()

        def exists(mapping: dict[str, Any]) -> bool:
            _, separator, name = mapping["ResourceARN"].partition(_DISTRIBUTION)
            return not separator or name in existing

        mappings = answered["ResourceTagMappingList"]
        answered["ResourceTagMappingList"] = [each for each in mappings if exists(each)]
        return response.with_body(json.dumps(answered).encode())
