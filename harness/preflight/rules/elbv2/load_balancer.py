"""Rules on the subnets, internet access and deletion of load balancers."""

import itertools
import math

from harness.preflight.configuration import Resource, Unknown, same
from harness.preflight.finding import Family
from harness.preflight.registry import Problems, resource_rule
from harness.preflight.rules.ec2.model import distinct_zones, zones_of

_API = "https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference"
_LB = ("aws_lb", "aws_alb")
_MIN_ZONES = 2


@resource_rule(
    "elbv2/too-few-zones",
    Family.DEPLOY,
    *_LB,
    errors="ValidationError: At least two subnets in two different Availability Zones must be "
    "specified",
    remedy="Use subnets in at least two availability zones.",
    documentation=f"{_API}/API_CreateLoadBalancer.html",
)
def too_few_zones(balancer: Resource) -> Problems:
    """An application load balancer is in fewer than two availability zones."""
    zones = distinct_zones(balancer, "subnets")
    if zones is not None and zones and len(zones) < _MIN_ZONES and _is_application(balancer):
        yield balancer.problem(f"all subnets are in {zones[0]}")


@resource_rule(
    "elbv2/subnets-in-same-zone",
    Family.DEPLOY,
    *_LB,
    errors="InvalidConfigurationRequest: A load balancer cannot be attached to multiple subnets in "
    "the same Availability Zone",
    remedy="Use one subnet per availability zone.",
    documentation=f"{_API}/API_CreateLoadBalancer.html",
)
def subnets_in_same_zone(balancer: Resource) -> Problems:
    """A load balancer is attached to two subnets of one availability zone."""
    zones = zones_of(balancer, "subnets") or []
    twice = [one for one, other in itertools.combinations(zones, 2) if same(one, other)]
    if twice and len(twice) < math.comb(len(zones), 2):
        zone = twice[0].text if isinstance(twice[0], Unknown) else twice[0]
        yield balancer.problem(f"two subnets are in {zone}")


def _is_application(balancer: Resource) -> bool:
    return balancer.text("load_balancer_type", "application") == "application"


@resource_rule(
    "elbv2/no-internet-gateway",
    Family.DEPLOY,
    *_LB,
    errors="InvalidSubnet: VPC {vpc} has no internet gateway",
    remedy="Add an internet gateway to the VPC, or make the load balancer internal.",
    documentation="https://docs.aws.amazon.com/elasticloadbalancing/latest/application/"
    "application-load-balancers.html",
)
def no_internet_gateway(balancer: Resource) -> Problems:
    """An internet-facing load balancer is in a VPC without internet gateway."""
    configuration = balancer.configuration
    subnets = balancer.follow_all("subnets", "aws_subnet") if "subnets" in balancer else None
    vpc = subnets[0].follow("vpc_id", "aws_vpc") if subnets else None
    if vpc is None or balancer.boolean("internal", default=False) is not False:
        return
    kinds = ("aws_internet_gateway", "aws_internet_gateway_attachment")
    if any(not configuration.all_certain(kind, "vpc_id", "aws_vpc") for kind in kinds):
        return
    if not any(configuration.referring(kind, "vpc_id", vpc) for kind in kinds):
        yield balancer.problem(f"{vpc.address} has no internet gateway")


@resource_rule(
    "elbv2/deletion-protection",
    Family.TEARDOWN,
    *_LB,
    errors="OperationNotPermitted: Load balancer '{arn}' cannot be deleted because deletion "
    "protection is enabled",
    remedy="Set enable_deletion_protection = false in a disposable environment.",
    documentation=f"{_API}/API_DeleteLoadBalancer.html",
)
def deletion_protection(balancer: Resource) -> Problems:
    """A load balancer is protected from deletion."""
    if balancer.boolean("enable_deletion_protection"):
        yield balancer.problem("enable_deletion_protection is true: destroy fails")
