"""Rules on connections from viewers to load balancer, tasks and database."""

from collections.abc import Iterator, Sequence

from harness.preflight.configuration import Resource
from harness.preflight.registry import Problems, resource_rule
from harness.preflight.rules.ec2.model import EVERYWHERE, Direction, permissions, permits

_LISTENER = "aws_lb_listener"
_GROUP = "aws_security_group"
_DEFAULT_PORTS = {"aurora-postgresql": 5432, "postgres": 5432, "aurora-mysql": 3306, "mysql": 3306}


@resource_rule("elbv2/viewers-cannot-connect", _LISTENER)
def viewers_cannot_connect(listener: Resource) -> Problems:
    """No security group of the load balancer allows ingress on the listener's port."""
    balancer = listener.follow("load_balancer_arn", "aws_lb")
    port = listener.integer("port")
    groups = balancer.follow_all("security_groups", _GROUP) if balancer is not None else None
    if balancer is None or port is None or not groups:
        return
    if permits(groups, Direction.INGRESS, port, []) is False:
        yield listener.problem(f"no ingress to {balancer.address} on port {port}")


@resource_rule("ecs/load-balancer-cannot-connect", "aws_ecs_service")
def load_balancer_cannot_connect(service: Resource) -> Problems:
    """The security groups do not allow the load balancer to connect to the tasks' port."""
    tasks = _task_groups(service)
    for block in service.blocks("load_balancer"):
        port = block.integer("container_port")
        group = service.follow("target_group_arn", "aws_lb_target_group", within=block)
        if port is None or group is None or not tasks:
            continue
        for balancer in _balancers_of(group):
            sources = balancer.follow_all("security_groups", _GROUP)
            if not sources:
                continue
            for gap in _gaps(sources, tasks, port):
                yield service.problem(f"{balancer.address} to tasks on port {port}: {gap}")


@resource_rule("rds/tasks-cannot-connect", "aws_rds_cluster")
def tasks_cannot_connect(cluster: Resource) -> Problems:
    """The security groups do not allow the tasks to connect to the database they depend on."""
    port = database_port(cluster)
    groups = cluster.follow_all("vpc_security_group_ids", _GROUP)
    if not (port and groups and cluster.configuration.resources("aws_ecs_service")):
        return
    using = map(cluster.configuration.find, cluster.configuration.all_dependents(cluster))
    for service in (s for s in using if s and s.type == "aws_ecs_service"):
        tasks = _task_groups(service)
        for gap in _gaps(tasks, groups, port) if tasks else ():
            yield service.problem(f"tasks to {cluster.address} on port {port}: {gap}", port=port)


@resource_rule("rds/open-wider-than-needed", "aws_rds_cluster")
def database_open(cluster: Resource) -> Problems:
    """The database's security group allows ingress from anywhere, or on other ports."""
    port = database_port(cluster)
    groups = cluster.follow_all("vpc_security_group_ids", _GROUP)
    if port is not None:
        for text in _too_wide(groups or [], port):
            yield cluster.problem(text)


@resource_rule("ecs/open-wider-than-needed", "aws_ecs_service")
def tasks_open(service: Resource) -> Problems:
    """The tasks' security group allows ingress from anywhere, or on other ports."""
    ports = {block.integer("container_port") for block in service.blocks("load_balancer")}
    port = ports.pop() if len(ports) == 1 else None
    if port is not None:
        for text in _too_wide(_task_groups(service) or [], port):
            yield service.problem(text)


def database_port(cluster: Resource) -> int | None:
    """Return the port of a cluster, by default that of its engine."""
    return cluster.integer("port", _DEFAULT_PORTS.get(cluster.text("engine") or ""))


def _task_groups(service: Resource) -> list[Resource] | None:
    network = service.block("network_configuration")
    if network is None:
        return None
    return service.follow_all("security_groups", _GROUP, within=network)


def _balancers_of(group: Resource) -> list[Resource]:
    """Return the load balancers whose listeners or listener rules reference a target group."""
    found: dict[str, Resource] = {}
    for item in group.configuration.dependents(group, _LISTENER, "aws_lb_listener_rule"):
        listener = item if item.type == _LISTENER else item.follow("listener_arn", _LISTENER)
        balancer = listener.follow("load_balancer_arn", "aws_lb") if listener is not None else None
        if balancer is not None:
            found[balancer.address] = balancer
    return list(found.values())


def _gaps(sources: Sequence[Resource], targets: Sequence[Resource], port: int) -> Iterator[str]:
    if permits(sources, Direction.EGRESS, port, targets) is False:
        yield f"no egress rule of {_names(sources)} allows it"
    if permits(targets, Direction.INGRESS, port, sources) is False:
        yield f"no ingress rule of {_names(targets)} allows it"


def _too_wide(groups: Sequence[Resource], port: int) -> Iterator[str]:
    for group in groups:
        for rule in permissions(group, Direction.INGRESS) or ():
            if rule.certain and rule.ports == (1, 0):
                continue
            if rule.cidrs & EVERYWHERE:
                yield f"{group.address} allows ingress from anywhere"
            elif rule.certain and rule.ports != (port, port):
                allowed = "ports {} to {}".format(*rule.ports) if rule.ports else "all ports"
                yield f"{group.address} allows {allowed}; only {port} is required"


def _names(groups: Sequence[Resource]) -> str:
    return ", ".join(group.address for group in groups)
