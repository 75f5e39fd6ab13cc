"""Rules on load balancers, listeners, target groups and their health checks."""

import itertools
import math
import re
from collections.abc import Iterator

from harness.preflight.configuration import Block, Resource, Unknown, is_traceable, same
from harness.preflight.finding import Severity
from harness.preflight.registry import Problems, resource_rule
from harness.preflight.rules.ec2.model import distinct_zones, zones_of
from harness.preflight.rules.ecs.model import containers_of, port_mappings, target_groups

_MIN_ZONES = 2
# A URL in a command; its groups are port and path.
_URL = re.compile(
    r"""https?://(?:localhost|127\.0\.0\.1|\[::1\])(?::(\d+))?(/[^\s"'|;&?#]*)?(?=[\s"'|;&?#]|$)"""
)


@resource_rule("elbv2/too-few-zones", "aws_lb")
def too_few_zones(balancer: Resource) -> Problems:
    """An application load balancer is in fewer than two availability zones."""
    zones = distinct_zones(balancer, "subnets")
    application = balancer.text("load_balancer_type", "application") == "application"
    if zones and len(zones) < _MIN_ZONES and application:
        yield balancer.problem(f"all subnets are in {zones[0]}")


@resource_rule("elbv2/subnets-in-same-zone", "aws_lb")
def subnets_in_same_zone(balancer: Resource) -> Problems:
    """A load balancer is attached to two subnets of one availability zone."""
    zones = zones_of(balancer, "subnets") or []
    twice = [one for one, other in itertools.combinations(zones, 2) if same(one, other)]
    if twice and len(twice) < math.comb(len(zones), 2):
        zone = twice[0].text if isinstance(twice[0], Unknown) else twice[0]
        yield balancer.problem(f"two subnets are in {zone}")


@resource_rule("elbv2/no-internet-gateway", "aws_lb")
def no_internet_gateway(balancer: Resource) -> Problems:
    """An internet-facing load balancer is in a VPC without internet gateway, or not after it."""
    configuration = balancer.configuration
    subnets = balancer.follow_all("subnets", "aws_subnet") if "subnets" in balancer else None
    vpc = subnets[0].follow("vpc_id", "aws_vpc") if subnets else None
    if vpc is None or balancer.boolean("internal", default=False) is not False:
        return
    kinds = ("aws_internet_gateway", "aws_internet_gateway_attachment")
    found = [configuration.all_referring(kind, "vpc_id", vpc) for kind in kinds]
    gateways = [gateway for each in found for gateway in each or ()]
    if not gateways and None not in found:
        yield balancer.problem(f"{vpc.address} has no internet gateway")
    routes = filter(balancer.depends_on, configuration.resources("aws_route", "aws_route_table"))
    sure = all(is_traceable([r.unresolved(n) for n in ("gateway_id", "route")]) for r in routes)
    if gateways and sure and not any(map(balancer.depends_on, gateways)):
        text = f"does not depend on {gateways[0].address}, which may be attached later"
        yield balancer.problem(text, severity=Severity.WARNING)


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
