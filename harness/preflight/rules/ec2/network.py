"""Rules on CIDR blocks, subnets, availability zones and security groups."""

import ipaddress

from harness.preflight.configuration import Resource
from harness.preflight.registry import (
    Inspection,
    Problems,
    configuration_rule,
    lookup_rule,
    resource_rule,
)
from harness.preflight.target_lookup import TargetLookup

_SEPARATE_RULE = "aws_security_group_rule"
_SIZES = range(16, 29)
_BLOCK_ARGUMENTS = {
    "aws_vpc": "cidr_block",
    "aws_subnet": "cidr_block",
    "aws_route": "destination_cidr_block",
    "aws_vpc_security_group_ingress_rule": "cidr_ipv4",
    "aws_vpc_security_group_egress_rule": "cidr_ipv4",
}


def _network(resource: Resource) -> ipaddress.IPv4Network | None:
    try:
        return ipaddress.IPv4Network(resource.text("cidr_block") or "")
    except ValueError:
        return None


@resource_rule("ec2/invalid-cidr", *_BLOCK_ARGUMENTS, _SEPARATE_RULE)
def invalid_cidr(resource: Resource) -> Problems:
    """A CIDR block is malformed, has host bits set, or has a size that AWS does not accept."""
    for cidr in _cidrs(resource):
        try:
            network = ipaddress.IPv4Network(cidr, strict=False)
        except ValueError as error:
            yield resource.problem(f"{cidr!r}: {error}", variant=1, cidr=cidr)
            continue
        sized = resource.type in ("aws_vpc", "aws_subnet")
        if str(network) != cidr:
            text = f"{cidr} has host bits: {network}?"
            variant = 3 if resource.type == "aws_vpc" else 0
            yield resource.problem(text, variant=variant, cidr=cidr, network=network)
        elif sized and network.prefixlen not in _SIZES:
            text = f"{cidr} is not between /16 and /28"
            yield resource.problem(text, variant=2, length=network.prefixlen)


def _cidrs(resource: Resource) -> list[str]:
    if resource.type == _SEPARATE_RULE:
        return resource.texts("cidr_blocks") or []
    cidr = resource.text(_BLOCK_ARGUMENTS[resource.type])
    return [cidr] if cidr else []


@resource_rule("ec2/subnet-outside-vpc", "aws_subnet")
def subnet_outside_vpc(subnet: Resource) -> Problems:
    """The CIDR block of a subnet is not inside that of the VPC."""
    vpc = subnet.follow("vpc_id", "aws_vpc")
    inner = _network(subnet)
    outer = _network(vpc) if vpc is not None else None
    if vpc is None or inner is None or outer is None or inner.subnet_of(outer):
        return
    if not subnet.configuration.resources("aws_vpc_ipv4_cidr_block_association"):
        yield subnet.problem(f"{inner} is outside {outer} of {vpc.address}", cidr=inner)


@configuration_rule("ec2/overlapping-subnets")
def overlapping_subnets(inspection: Inspection) -> Problems:
    """Two subnets of a VPC overlap."""
    placed: dict[str, list[tuple[ipaddress.IPv4Network, int, Resource]]] = {}
    for order, subnet in enumerate(inspection.configuration.resources("aws_subnet")):
        vpc, network = subnet.follow("vpc_id", "aws_vpc"), _network(subnet)
        if vpc is not None and network is not None:
            placed.setdefault(vpc.address, []).append((network, order, subnet))
    for subnets in placed.values():
        widest = None
        for current in sorted(subnets, key=lambda item: item[:2]):
            if widest is not None and widest[0].overlaps(current[0]):
                first, late = sorted((widest, current), key=lambda item: item[1])
                text = f"{late[0]} overlaps {first[0]} of {first[2].address}"
                yield late[2].problem(text, cidr=late[0])
            if widest is None or current[0].broadcast_address > widest[0].broadcast_address:
                widest = current


@resource_rule("ec2/zone-of-another-region", "aws_subnet")
def zone_of_another_region(subnet: Resource) -> Problems:
    """A subnet is in an availability zone that is not in the provider's region."""
    region = subnet.region()
    zone = subnet.text("availability_zone")
    if region and zone and not zone.startswith(region):
        yield subnet.problem(f"zone {zone}, region {region}", zone=zone)


@lookup_rule("ec2/zone-not-available")
def zone_not_available(inspection: Inspection, target: TargetLookup) -> Problems:
    """The availability zone does not exist in the target, or the account has no access to it."""
    named = [
        (subnet, zone)
        for subnet in inspection.configuration.resources("aws_subnet")
        if (zone := subnet.text("availability_zone")) and subnet.absent("provider")
    ]
    if not named:
        return
    zones = target.call("ec2", "describe_availability_zones")["AvailabilityZones"]
    available = {zone["ZoneName"] for zone in zones if zone.get("State") == "available"}
    for subnet, zone in named:
        if zone not in available and zone.startswith(target.region):
            text = f"zone {zone} is not among {', '.join(sorted(available))}"
            yield subnet.problem(text, zone=zone)


@resource_rule("ec2/inline-and-separate-rules", "aws_security_group")
def inline_and_separate_rules(group: Resource) -> Problems:
    """A security group has inline rules and separate ones: each apply removes the others."""
    for direction in ("ingress", "egress"):
        kinds = (_SEPARATE_RULE, f"aws_vpc_security_group_{direction}_rule")
        separate = [
            rule
            for kind in kinds
            for rule in group.configuration.referring(kind, "security_group_id", group)
            if kind != _SEPARATE_RULE or rule.text("type") == direction
        ]
        if group.blocks(direction) and separate and not group.configuration.planned:
            yield group.problem(f"{direction} rules inline and as {separate[0].address}")
