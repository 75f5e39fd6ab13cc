"""The scaled resource: the desired count of an ECS service."""

from harness.emulator.gateway.autoscaling.store import Record, ScalableId
from harness.emulator.gateway.aws import ApiError, AwsApi
from harness.emulator.gateway.caller import Caller


async def active_service(aws: AwsApi, caller: Caller, scalable: ScalableId) -> Record | None:
    """Return a service as ECS describes it; None if it does not exist."""
    cluster, name = scalable.cluster, scalable.service
    try:
        described = await aws.call(
            caller, "ecs", "DescribeServices", cluster=cluster, services=[name]
        )
    except ApiError:
        return None
    return next((each for each in described["services"] if each["status"] == "ACTIVE"), None)
