"""Application Auto Scaling: the scalable targets of ECS services, and their policies."""

from collections.abc import Iterator

from harness.aws.clients import Clients
from harness.aws.paging import describe_each, pages
from harness.aws.resources.resource import Kind, Resource, ResourceType, tagged


def _targets(clients: Clients) -> Iterator[Resource]:
    client = clients.application_autoscaling

    def described(target: dict[str, str]) -> Resource:
        found = Resource(Kind.SCALABLE_TARGET, target["ResourceId"])
        # Targets registered before March 2023 can be without ARN, and have no tags then.
        if not (arn := target.get("ScalableTargetARN")):
            return found
        return tagged(found, lambda: client.list_tags_for_resource(ResourceARN=arn)["Tags"])

    targets = pages(client, "describe_scalable_targets", "ScalableTargets", ServiceNamespace="ecs")
    return describe_each(targets, described)


def _policies(clients: Clients) -> Iterator[Resource]:
    client = clients.application_autoscaling
    for policy in pages(
        client, "describe_scaling_policies", "ScalingPolicies", ServiceNamespace="ecs"
    ):
        scaled = policy["ResourceId"]
        yield Resource(Kind.SCALING_POLICY, policy["PolicyARN"], scaled, within=scaled)


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
    ResourceType(Kind.SCALING_POLICY, _policies, _delete_policy),
    ResourceType(Kind.SCALABLE_TARGET, _targets, _deregister),
)
