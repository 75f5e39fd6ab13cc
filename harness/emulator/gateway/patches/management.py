"""CloudWatch and Resource Groups Tagging: complete alarms, tags of deleted resources."""

from typing import Any

from harness.emulator.gateway.distributions import Distributions
from harness.emulator.gateway.patches.base import Call, ResultPatch, UsesAws


class CompleteAlarms(UsesAws, ResultPatch):
    """Describes alarms through the JSON protocol, in which MiniStack returns every field."""

    service = "monitoring"
    operations = frozenset({"DescribeAlarms", "DescribeAlarmsForMetric"})

    def matches(self, call: Call) -> bool:
        """Calls in the Query protocol only."""
        return super().matches(call) and not call.is_json

    async def _correct(self, call: Call, result: dict[str, Any]) -> None:
        given = call.parameters
        result |= await self._aws.call(call.caller, "cloudwatch", call.operation, **given)


class DeletedDistributionTags(ResultPatch):
    """Removes deleted distributions from GetResources."""

    service = "tagging"
    operations = frozenset({"GetResources"})

    def __init__(self, distributions: Distributions) -> None:
        self._distributions = distributions

    async def _correct(self, call: Call, result: dict[str, Any]) -> None:  # noqa: ARG002
        existing = await self._distributions.ids()

        def exists(arn: str) -> bool:
            _, separator, name = arn.partition(":distribution/")
            return not separator or name in existing

        mappings = result["ResourceTagMappingList"]
        mappings[:] = [each for each in mappings if exists(each["ResourceARN"])]
