"""Rules on ECS services: launch type, network, load balancer, deployment, dependencies."""

from functools import lru_cache

from harness.preflight.configuration import Configuration, Resource, computed_once, is_traceable
from harness.preflight.registry import Problems, resource_rule
from harness.preflight.rules.ecs.model import containers, port_mappings, target_groups, task_of

_LISTENERS = ("aws_lb_listener", "aws_lb_listener_rule")


@resource_rule("ecs/launch-type-with-capacity-provider-strategy", "aws_ecs_service")
def launch_type_with_strategy(service: Resource) -> Problems:
    """A service has a launch type and a capacity provider strategy."""
    if service.given("launch_type") and service.given("capacity_provider_strategy"):
        name = service.text("launch_type")
        yield service.problem(f"has launch_type {name} and capacity_provider_strategy")


@resource_rule("ecs/load-balancer-container", "aws_ecs_service")
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


@resource_rule("ecs/capacity-provider-not-attached", "aws_ecs_service")
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


@resource_rule("ecs/service-before-capacity-providers", "aws_ecs_service")
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
    if cluster is None:
        return None
    kind = "aws_ecs_cluster_capacity_providers"
    return service.configuration.all_referring(kind, "cluster_name", cluster)


@resource_rule("ecs/service-without-listener-dependency", "aws_ecs_service")
def without_listener_dependency(service: Resource) -> Problems:
    """A service may be created before a listener attaches its target group to a load balancer."""
    if service.configuration.incomplete:
        return
    uncertain = _uncertain(service.configuration)
    for _, group in target_groups(service):
        connecting = _connecting(group)
        others = uncertain.difference(item.address for item in connecting)
        if others or any(service.depends_on(item) for item in connecting):
            continue
        names = ", ".join(item.address for item in connecting) or "no listener"
        yield service.problem(f"{group.address} is attached by {names}; no dependency on it")


@computed_once
def _connecting(group: Resource) -> list[Resource]:
    """Return the listeners and listener rules that use a target group."""
    found = map(group.configuration.find, sorted(group.configuration.all_dependents(group)))
    return [item for item in found if item and item.managed and item.type in _LISTENERS]


@lru_cache(maxsize=1)
def _uncertain(configuration: Configuration) -> frozenset[str]:
    """Return the listeners of which it is not certain to which target groups they forward."""
    found = []
    for listener in configuration.resources(*_LISTENERS):
        values = [listener.value(name) for name in ("default_action", "action", "dynamic")]
        if listener.repeated or not is_traceable(values):
            found.append(listener.address)
    return frozenset(found)
