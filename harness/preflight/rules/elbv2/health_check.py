"""Rules on health checks of target groups."""

import re
from collections.abc import Iterator

from harness.preflight.configuration import Block, Resource
from harness.preflight.registry import Problems, resource_rule
from harness.preflight.rules.ecs.model import containers_of, port_mappings, target_groups

# A URL in a command; its groups are port and path.
_URL = re.compile(
    r"""https?://(?:localhost|127\.0\.0\.1|\[::1\])(?::(\d+))?(/[^\s"'|;&?#]*)?(?=[\s"'|;&?#]|$)"""
)


@resource_rule("elbv2/health-check-port", "aws_ecs_service")
def health_check_port(service: Resource) -> Problems:
    """No container of the task listens on the port of the health check."""
    ports = _all_ports(service)
    for block, group, check in _health_checks(service):
        port = check.text("port", "traffic-port")
        if port is None or not port.isdigit() or not ports:
            continue
        if int(port) not in ports and int(port) != block.integer("container_port"):
            yield service.problem(f"{group.address} checks port {port}; ports are {ports}")


@resource_rule("elbv2/health-check-path", "aws_ecs_service")
def health_check_path(service: Resource) -> Problems:
    """The health checks of target group and container use different paths."""
    for block, group, check in _health_checks(service):
        path = check.text("path", "/")
        if path is None or check.text("protocol", "HTTP") not in ("HTTP", "HTTPS"):
            continue
        port = block.integer("container_port")
        for other_port, other in _container_checks(service, block.text("container_name")):
            if other != path and other_port in (str(port), ""):
                yield service.problem(f"{group.address} checks {path}, the container {other}")


def _health_checks(service: Resource) -> Iterator[tuple[Block, Resource, Block]]:
    for block, group in target_groups(service):
        if (check := group.block("health_check")) is not None:
            yield block, group, check


def _all_ports(service: Resource) -> list[int]:
    """Return the ports of all containers; empty if not all are known."""
    mapped = [port_mappings(container) for container in containers_of(service)]
    return [] if None in mapped else [port for ports in mapped for port in ports or ()]


def _container_checks(service: Resource, name: str | None) -> list[tuple[str, str]]:
    """Return port and path of the URLs that a container's health check requests."""
    urls: list[tuple[str, str]] = []
    for container in containers_of(service):
        check = container.block("healthCheck")
        command = check.texts("command") if check is not None else None
        if container.text("name") == name:
            urls += _URL.findall(" ".join(command or ()))
    return [(port, path or "/") for port, path in urls]
