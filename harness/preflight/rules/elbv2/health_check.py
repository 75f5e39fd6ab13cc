"""Rules on health checks of target groups."""

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from harness.preflight.configuration import Block, Resource
from harness.preflight.finding import Family, Severity
from harness.preflight.registry import Problems, resource_rule
from harness.preflight.rules.ecs.model import containers, task_of

_GROUP = ("aws_lb_target_group", "aws_alb_target_group")
_HEALTH = (
    "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/"
    "target-group-health-checks.html"
)
_URL = re.compile(r"https?://(?:localhost|127\.0\.0\.1|\[::1\])[^\s\"'|;&]*")
_DEFAULT_INTERVAL = 30


@resource_rule(
    "elbv2/health-check-interval",
    *_GROUP,
    errors="ValidationError: Health check interval must be greater than the timeout.",
    remedy="Set the timeout to less than the interval.",
    documentation=_HEALTH,
)
def health_check_interval(group: Resource) -> Problems:
    """The timeout of a health check is not less than its interval."""
    for check in group.blocks("health_check"):
        interval = check.integer("interval", _DEFAULT_INTERVAL)
        timeout = check.integer("timeout")
        if interval is not None and timeout is not None and timeout >= interval:
            yield group.problem(f"timeout {timeout} s, interval {interval} s")


@resource_rule(
    "elbv2/health-check-port",
    "aws_ecs_service",
    family=Family.WORK,
    errors="(service {name}) (task ...) failed ELB health checks in (target-group ...)",
    remedy="Set the port of the health check to traffic-port, or to a port of the container.",
    documentation=_HEALTH,
)
def health_check_port(service: Resource) -> Problems:
    """No container of the task listens on the port of the health check."""
    ports = _all_ports(service)
    for block, group, check in _health_checks(service):
        port = check.text("port", "traffic-port")
        if port is None or not port.isdigit() or not ports:
            continue
        if int(port) not in ports and int(port) != block.integer("container_port"):
            yield service.problem(f"{group.address} checks port {port}; ports are {ports}")


@resource_rule(
    "elbv2/health-check-path",
    "aws_ecs_service",
    family=Family.WORK,
    severity=Severity.WARNING,
    errors="(service {name}) (task ...) failed ELB health checks in (target-group ...)",
    remedy="Use the same path in the health checks of the container and of the target group.",
    documentation=_HEALTH,
)
def health_check_path(service: Resource) -> Problems:
    """The health checks of target group and container use different paths."""
    for block, group, check in _health_checks(service):
        path = check.text("path", "/")
        if path is None or check.text("protocol", "HTTP") not in ("HTTP", "HTTPS"):
            continue
        port = block.integer("container_port")
        for url in _container_checks(service, block.text("container_name")):
            other = urlsplit(url)
            if (other.path or "/") != path and other.port in (port, None):
                text = f"{group.address} checks {path}, the container {other.path or '/'}"
                yield service.problem(text)


def _health_checks(service: Resource) -> Iterator[tuple[Block, Resource, Block]]:
    for block in service.blocks("load_balancer"):
        group = service.follow("target_group_arn", *_GROUP, within=block)
        check = group.block("health_check") if group is not None else None
        if group is not None and check is not None:
            yield block, group, check


def _all_ports(service: Resource) -> list[int]:
    task = task_of(service)
    ports: list[int] = []
    for container in (containers(task) if task is not None else None) or []:
        for mapping in container.blocks("portMappings"):
            port = mapping.integer("containerPort")
            if port is None:
                return []
            ports.append(port)
    return ports


def _container_checks(service: Resource, name: str | None) -> list[str]:
    task = task_of(service)
    urls: list[str] = []
    for container in (containers(task) if task is not None else None) or []:
        check = container.block("healthCheck")
        command = check.texts("command") if check is not None else None
        if container.text("name") == name:
            urls += _URL.findall(" ".join(command or ()))
    return [url for url in urls if _parses(url)]


def _parses(url: str) -> bool:
    try:
        return urlsplit(url).port is not None or True
    except ValueError:
        return False
