"""Rules on ECS services: launch type, network, load balancer, deployment."""

from harness.preflight.configuration import Resource
from harness.preflight.finding import Family
from harness.preflight.registry import Problems, resource_rule
from harness.preflight.rules.ecs.model import containers, port_mappings, task_of

_CREATE = "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_CreateService.html"
_GUIDE = "https://docs.aws.amazon.com/AmazonECS/latest/developerguide"
_GROUP = ("aws_lb_target_group", "aws_alb_target_group")


@resource_rule(
    "ecs/launch-type-with-capacity-provider-strategy",
    Family.DEPLOY,
    "aws_ecs_service",
    errors="InvalidParameterException: Specifying both a launch type and capacity provider "
    "strategy is not supported. Remove one and try again.",
    remedy="Remove launch_type; the capacity provider strategy replaces it.",
    documentation=_CREATE,
)
def launch_type_with_strategy(service: Resource) -> Problems:
    """A service has a launch type and a capacity provider strategy."""
    if service.given("launch_type") and service.given("capacity_provider_strategy"):
        name = service.text("launch_type")
        yield service.problem(f"has launch_type {name} and capacity_provider_strategy")


@resource_rule(
    "ecs/service-without-network-configuration",
    Family.DEPLOY,
    "aws_ecs_service",
    errors="InvalidParameterException: Network Configuration must be provided when networkMode "
    "'awsvpc' is specified.",
    remedy="Add network_configuration with subnets and security groups.",
    documentation=f"{_GUIDE}/task-networking-awsvpc.html",
)
def without_network_configuration(service: Resource) -> Problems:
    """A service with network mode ``awsvpc`` has no network configuration."""
    task = task_of(service)
    if task is None or task.text("network_mode") != "awsvpc":
        return
    if service.absent("network_configuration"):
        yield service.problem(f"{task.address} has network mode awsvpc")


@resource_rule(
    "ecs/target-type",
    Family.DEPLOY,
    "aws_ecs_service",
    errors="InvalidParameterException: The provided target group {arn} has target type {kind}, "
    "which is incompatible with the awsvpc network mode specified in the task definition.",
    remedy='Set target_type = "ip" on the target group.',
    documentation=f"{_GUIDE}/service-load-balancing.html",
)
def target_type(service: Resource) -> Problems:
    """A service with network mode ``awsvpc`` has a target group of a type other than ``ip``."""
    task = task_of(service)
    if task is None or task.text("network_mode") != "awsvpc":
        return
    for block in service.blocks("load_balancer"):
        group = service.follow("target_group_arn", *_GROUP, within=block)
        kind = group.text("target_type", "instance") if group is not None else "ip"
        if group is not None and kind not in (None, "ip"):
            yield service.problem(f"{group.address} has target type {kind}", kind=kind)


@resource_rule(
    "ecs/load-balancer-container",
    Family.DEPLOY,
    "aws_ecs_service",
    errors=(
        "InvalidParameterException: The container {name} does not exist in the task definition.",
        "InvalidParameterException: The container {name} did not have a container port {port} "
        "defined.",
    ),
    remedy="Use a container of the task definition and a port that it maps.",
    documentation=f"{_GUIDE}/service-load-balancing.html",
)
def load_balancer_container(service: Resource) -> Problems:
    """The container or the port of the load balancer block does not exist in the task."""
    task = task_of(service)
    known = containers(task) if task is not None else None
    if task is None or known is None:
        return
    names = [container.text("name") for container in known]
    for block in service.blocks("load_balancer"):
        name, port = block.text("container_name"), block.integer("container_port")
        if name is None or None in names:
            continue
        if name not in names:
            yield service.problem(f"{task.address} has no container {name}", name=name)
            continue
        mapped = [port_mappings(c) for c in known if c.text("name") == name]
        if port is not None and not any(ports is None or port in ports for ports in mapped):
            text = f"container {name} of {task.address} does not map port {port}"
            yield service.problem(text, variant=1, name=name, port=port)


@resource_rule(
    "ecs/deployment-cannot-roll",
    Family.WORK,
    "aws_ecs_service",
    errors="(service {name}) was unable to stop or start tasks during a deployment because of the "
    "service deployment configuration. Update the minimumHealthyPercent or maximumPercent value "
    "and try again.",
    remedy="Raise deployment_maximum_percent above 100, or lower "
    "deployment_minimum_healthy_percent below 100.",
    documentation=f"{_GUIDE}/deployment-type-ecs.html",
)
def deployment_cannot_roll(service: Resource) -> Problems:
    """A deployment cannot proceed: the percentages allow neither to start nor to stop a task."""
    low = service.integer("deployment_minimum_healthy_percent", 100)
    high = service.integer("deployment_maximum_percent", 200)
    if (
        low is not None
        and high is not None
        and high <= low
        and service.absent("deployment_controller")
    ):
        yield service.problem(f"minimum healthy percent is {low}, maximum percent is {high}")
