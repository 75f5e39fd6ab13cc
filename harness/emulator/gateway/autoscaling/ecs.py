"""The scaled resource: the desired count of an ECS service."""

from dataclasses import dataclass
from typing import Any

from harness.emulator.gateway.autoscaling.store import ScalableId
from harness.emulator.gateway.aws import ApiError, AwsApi
from harness.emulator.gateway.caller import Tenant


@dataclass(frozen=True)
class ServiceState:
    """An ECS service: its desired count, and whether a deployment is in progress."""

    desired: int
    deploying: bool


class EcsServices:
    """Reads and sets desired counts through the ECS API."""

    def __init__(self, aws: AwsApi) -> None:
        self._aws = aws

    async def state(self, tenant: Tenant, scalable: ScalableId) -> ServiceState | None:
        """Return the state of a service; None if it does not exist."""
        try:
            described = await self._aws.call(
                tenant,
                "ecs",
                "DescribeServices",
                cluster=scalable.cluster,
                services=[scalable.service],
            )
        except ApiError:
            return None
        active = [each for each in described["services"] if each["status"] == "ACTIVE"]
        return _state(active[0]) if active else None

    async def set_desired(self, tenant: Tenant, scalable: ScalableId, desired: int) -> None:
        """Set the desired count."""
        await self._aws.call(
            tenant,
            "ecs",
            "UpdateService",
            cluster=scalable.cluster,
            service=scalable.service,
            desiredCount=desired,
        )


def _state(service: dict[str, Any]) -> ServiceState:
    rollouts = {each.get("rolloutState") for each in service["deployments"]}
    return ServiceState(desired=service["desiredCount"], deploying="IN_PROGRESS" in rollouts)
