"""CloudWatch and Resource Groups Tagging: complete alarms, tags of deleted resources."""

from harness.emulator.gateway.aws import AwsApi, service_model
from harness.emulator.gateway.distributions import Distributions
from harness.emulator.gateway.http import Response
from harness.emulator.gateway.patches.base import Call, CallNext, Patch
from harness.emulator.gateway.query import decode_form, encode_result

_DISTRIBUTION = ":distribution/"


class CompleteAlarms(Patch):
    """Describes alarms through the JSON protocol, in which MiniStack returns every field."""

    ministack = (
        "DescribeAlarms in the Query protocol omits dimensions, statistic, period, actions and more"
    )
    aws = "every protocol describes an alarm in full"
    documentation = (
        "https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_MetricAlarm.html"
    )
    service = "monitoring"
    operations = frozenset({"DescribeAlarms", "DescribeAlarmsForMetric"})

    def __init__(self, aws: AwsApi) -> None:
        self._aws = aws

    async def handle(self, call: Call, call_next: CallNext) -> Response:
        """Replace the response of a Query call; other protocols pass."""
        if call.is_json:
            return await call_next(call)
        response = await call_next(call)
        if not response.ok:
            return response
        model = service_model("cloudwatch").operation_model(call.operation)
        parameters = decode_form(call.form, model.input_shape)
        result = await self._aws.call(call.caller, "cloudwatch", call.operation, **parameters)
        return encode_result(model, result)


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
