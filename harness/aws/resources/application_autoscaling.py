"""Application Auto Scaling: the scalable targets of ECS services, and their policies."""

from typing import Any

from harness.aws.clients import Clients
from harness.aws.resources.resource import Item, Kind, Resource, resource_type

_ECS = {"ServiceNamespace": "ecs"}


def _tags(client: Any, target: Item) -> dict[str, str]:
    # Targets registered before March 2023 can be without ARN, and have no tags then.
    arn = target.get("ScalableTargetARN")
    found: dict[str, str] = client.list_tags_for_resource(ResourceARN=arn)["Tags"] if arn else {}
    return found


def _deregister(clients: Clients, resource: Resource) -> None:
    """Deregister a scalable target; its policies are deleted with it.

    https://docs.aws.amazon.com/autoscaling/application/APIReference/API_DeregisterScalableTarget.html
    """
    clients.application_autoscaling.deregister_scalable_target(
        ServiceNamespace="ecs",
        ResourceId=resource.identifier,
        ScalableDimension="ecs:service:DesiredCount",
    )


def _delete_policy(clients: Clients, resource: Resource) -> None:
    """Delete a policy; its alarms are deleted with it."""
    clients.application_autoscaling.delete_scaling_policy(
        PolicyName=resource.identifier.rpartition("policyName/")[2],
        ServiceNamespace="ecs",
        ResourceId=resource.within,
        ScalableDimension="ecs:service:DesiredCount",
    )


TYPES = (
    resource_type(
        *(Kind.SCALING_POLICY, "describe_scaling_policies", "ScalingPolicies", "PolicyARN"),
        _delete_policy,
        name=lambda policy: policy["ResourceId"],
        within=lambda policy: policy["ResourceId"],
        arguments=_ECS,
    ),
    resource_type(
        *(Kind.SCALABLE_TARGET, "describe_scalable_targets", "ScalableTargets", "ResourceId"),
        _deregister,
        tags=_tags,
        arguments=_ECS,
    ),
)
