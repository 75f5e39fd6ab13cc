"""Rules on load balancers, listeners and target groups."""

import itertools
import math

from harness.preflight.configuration import Resource, Unknown, is_traceable, same
from harness.preflight.finding import Severity
from harness.preflight.registry import Problems, resource_rule
from harness.preflight.rules.ec2.model import distinct_zones, zones_of

_MIN_ZONES = 2


@resource_rule("elbv2/too-few-zones", "aws_lb")
def too_few_zones(balancer: Resource) -> Problems:
    """An application load balancer is in fewer than two availability zones."""
    zones = distinct_zones(balancer, "subnets")
    if zones is not None and zones and len(zones) < _MIN_ZONES and _is_application(balancer):
        yield balancer.problem(f"all subnets are in {zones[0]}")


@resource_rule("elbv2/subnets-in-same-zone", "aws_lb")
def subnets_in_same_zone(balancer: Resource) -> Problems:
    """A load balancer is attached to two subnets of one availability zone."""
    zones = zones_of(balancer, "subnets") or []
    twice = [one for one, other in itertools.combinations(zones, 2) if same(one, other)]
    if twice and len(twice) < math.comb(len(zones), 2):
        zone = twice[0].text if isinstance(twice[0], Unknown) else twice[0]
        yield balancer.problem(f"two subnets are in {zone}")


def _is_application(balancer: Resource) -> bool:
    return balancer.text("load_balancer_type", "application") == "application"


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
