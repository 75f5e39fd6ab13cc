"""The scaled resource: the desired count of an ECS service."""

from dataclasses import dataclass

from harness.emulator.gateway.autoscaling.store import ScalableId
from harness.emulator.gateway.aws import ApiError, AwsApi
from harness.emulator.gateway.caller import Caller


@dataclass(frozen=True)
class ServiceState:
    """An ECS service: its desired count, and whether a deployment is in progress."""

    desired: int
    deploying: bool


async def service_state(aws: AwsApi, caller: Caller, scalable: ScalableId) -> ServiceState | None:
    """Return the state of a service; None if it does not exist."""
    cluster, name = scalable.cluster, scalable.service
    try:
        described = await aws.call(
            caller, "ecs", "DescribeServices", cluster=cluster, services=[name]
        )
    except ApiError:
        return None
    for service in described["services"]:
        if service["status"] == "ACTIVE":
            rollouts = {each.get("rolloutState") for each in service["deployments"]}
            return ServiceState(service["desiredCount"], deploying="IN_PROGRESS" in rollouts)
    return None


async def set_desired(aws: AwsApi, caller: Caller, scalable: ScalableId, desired: int) -> None:
    """Set the desired count.

    Raises:
        ApiError: The service does not exist or cannot be updated.
    """
    cluster, name = scalable.cluster, scalable.service
    await aws.call(
        caller, "ecs", "UpdateService", cluster=cluster, service=name, desiredCount=desired
    )
