"""Rules on dependencies of an ECS service: capacity providers and a listener."""

from harness.preflight.configuration import Resource, is_traceable
from harness.preflight.finding import Family
from harness.preflight.registry import Problems, resource_rule

_GUIDE = "https://docs.aws.amazon.com/AmazonECS/latest/developerguide"
_GROUP = ("aws_lb_target_group", "aws_alb_target_group")
_ATTACHMENT = "aws_ecs_cluster_capacity_providers"


@resource_rule(
    "ecs/capacity-provider-not-attached",
    Family.DEPLOY,
    "aws_ecs_service",
    errors="InvalidParameterException: The specified capacity provider strategy cannot contain a "
    "capacity provider that is not associated with the cluster. Associate the capacity provider "
    "with the cluster and try again.",
    remedy="Attach the provider with aws_ecs_cluster_capacity_providers.",
    documentation=f"{_GUIDE}/fargate-capacity-providers.html",
)
def capacity_provider_not_attached(service: Resource) -> Problems:
    """A capacity provider of a service is not attached to its cluster."""
    attachments = _attachments(service)
    cluster = service.follow("cluster", "aws_ecs_cluster")
    if attachments is None or cluster is None:
        return
    attached = set(cluster.texts("capacity_providers") or ())
    for attachment in attachments:
        names = attachment.texts("capacity_providers")
        if names is None:
            return
        attached |= set(names)
    for strategy in service.blocks("capacity_provider_strategy"):
        name = strategy.text("capacity_provider")
        if name is not None and name not in attached:
            yield service.problem(f"{name} is not attached to {cluster.address}")


@resource_rule(
    "ecs/service-before-capacity-providers",
    Family.DEPLOY,
    "aws_ecs_service",
    errors="InvalidParameterException: The specified capacity provider strategy cannot contain a "
    "capacity provider that is not associated with the cluster. Associate the capacity provider "
    "with the cluster and try again.",
    remedy="Add the aws_ecs_cluster_capacity_providers to the service's depends_on.",
    documentation=f"{_GUIDE}/fargate-capacity-providers.html",
)
def service_before_capacity_providers(service: Resource) -> Problems:
    """A service may be created before its capacity providers are attached."""
    named = {s.text("capacity_provider") for s in service.blocks("capacity_provider_strategy")}
    for attachment in _attachments(service) or []:
        provided = attachment.texts("capacity_providers") or []
        if named & set(provided) and not service.depends_on(attachment):
            yield service.problem(f"does not depend on {attachment.address}")


def _attachments(service: Resource) -> list[Resource] | None:
    """Return the attachments of the service's cluster; None if uncertain."""
    cluster = service.follow("cluster", "aws_ecs_cluster")
    certain = service.configuration.all_certain(_ATTACHMENT, "cluster_name", "aws_ecs_cluster")
    if cluster is None or not certain:
        return None
    return service.configuration.referring(_ATTACHMENT, "cluster_name", cluster)


@resource_rule(
    "ecs/service-without-listener-dependency",
    Family.DEPLOY,
    "aws_ecs_service",
    errors="InvalidParameterException: The target group with targetGroupArn {arn} does not have an "
    "associated load balancer.",
    remedy="Add the listener (or the listener rule) to the service's depends_on.",
    documentation="https://registry.terraform.io/providers/hashicorp/aws/5.100.0/docs/resources/"
    "ecs_service",
)
def without_listener_dependency(service: Resource) -> Problems:
    """A service may be created before a listener attaches its target group to a load balancer."""
    configuration = service.configuration
    if configuration.incomplete:
        return
    listeners = configuration.resources(
        "aws_lb_listener", "aws_lb_listener_rule", "aws_alb_listener", "aws_alb_listener_rule"
    )
    for block in service.blocks("load_balancer"):
        group = service.follow("target_group_arn", *_GROUP, within=block)
        if group is None:
            continue
        connecting = [item for item in listeners if item.depends_on(group)]
        others = [item for item in listeners if item not in connecting]
        if any(service.depends_on(item) for item in connecting) or not _all_traceable(others):
            continue
        names = ", ".join(item.address for item in connecting) or "no listener"
        yield service.problem(f"{group.address} is attached by {names}; no dependency on it")


def _all_traceable(listeners: list[Resource]) -> bool:
    """Return whether it is certain to which target groups listeners forward requests."""
    return all(
        item.repeated is False and is_traceable(item.value(argument))
        for item in listeners
        for argument in ("default_action", "action", "dynamic")
    )
