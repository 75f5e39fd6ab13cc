"""Rules on CIDR blocks, subnets and availability zones."""

import ipaddress
import itertools
from collections.abc import Iterator

from harness.preflight.configuration import Resource
from harness.preflight.registry import (
    Inspection,
    Problems,
    configuration_rule,
    lookup_rule,
    resource_rule,
)
from harness.preflight.target_lookup import TargetLookup

_GUIDE = "vpc/latest/userguide"
_SIZES = range(16, 29)
_BLOCK_ARGUMENTS = {
    "aws_vpc": ("cidr_block",),
    "aws_subnet": ("cidr_block",),
    "aws_route": ("destination_cidr_block",),
    "aws_vpc_security_group_ingress_rule": ("cidr_ipv4",),
    "aws_vpc_security_group_egress_rule": ("cidr_ipv4",),
}


def _network(resource: Resource, argument: str = "cidr_block") -> ipaddress.IPv4Network | None:
    try:
        return ipaddress.IPv4Network(resource.text(argument) or "")
    except ValueError:
        return None


@resource_rule(
    "ec2/invalid-cidr",
    *_BLOCK_ARGUMENTS,
    "aws_security_group_rule",
    errors=(
        'Error: "{cidr}" is not a valid IPv4 CIDR block; did you mean "{network}"?',
        'Error: "{cidr}" is not a valid CIDR block: invalid CIDR address: {cidr}',
        'Error: expected "cidr_block" to contain a network Value with between 16 and 28 '
        "significant bits, got: {length}",
        "Error: expected cidr_block to contain a valid network Value, expected {network}, got "
        "{cidr}",
        "Error: Invalid Attribute Value\n\nAttribute cidr_ipv4 value must be a valid IPv4 CIDR "
        "that represents a network address, got: {cidr}",
        "InvalidParameterValue: Value ({cidr}) for parameter cidrBlock is invalid. This is not a "
        "valid CIDR block.",
        "InvalidVpc.Range: The CIDR '{cidr}' is invalid.",
        "InvalidSubnet.Range: The CIDR '{cidr}' is invalid.",
    ),
    remedy="Use the network address with the prefix length, such as 10.0.0.0/16; VPCs and "
    "subnets are /16 to /28.",
    documentation=f"{_GUIDE}/vpc-cidr-blocks.html",
)
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


def _cidrs(resource: Resource) -> Iterator[str]:
    for argument in _BLOCK_ARGUMENTS.get(resource.type, ()):
        if cidr := resource.text(argument):
            yield cidr
    if resource.type == "aws_security_group_rule":
        yield from (c for c in resource.texts("cidr_blocks") or ())


@resource_rule(
    "ec2/subnet-outside-vpc",
    "aws_subnet",
    errors="InvalidSubnet.Range: The CIDR '{cidr}' is invalid.",
    remedy="Choose a CIDR block inside that of the VPC.",
    documentation=f"{_GUIDE}/subnet-sizing.html",
)
def subnet_outside_vpc(subnet: Resource) -> Problems:
    """The CIDR block of a subnet is not inside that of the VPC."""
    vpc = subnet.follow("vpc_id", "aws_vpc")
    inner = _network(subnet)
    outer = _network(vpc) if vpc is not None else None
    if vpc is None or inner is None or outer is None or inner.subnet_of(outer):
        return
    if not subnet.configuration.resources("aws_vpc_ipv4_cidr_block_association"):
        yield subnet.problem(f"{inner} is outside {outer} of {vpc.address}", cidr=inner)


@configuration_rule(
    "ec2/overlapping-subnets",
    errors="InvalidSubnet.Conflict: The CIDR '{cidr}' conflicts with another subnet",
    remedy="Use a separate CIDR block for each subnet of the VPC.",
    documentation=f"{_GUIDE}/subnet-sizing.html",
)
def overlapping_subnets(inspection: Inspection) -> Problems:
    """Two subnets of a VPC overlap."""
    placed = []
    for subnet in inspection.configuration.resources("aws_subnet"):
        vpc, network = subnet.follow("vpc_id", "aws_vpc"), _network(subnet)
        if vpc is not None and network is not None:
            placed.append((vpc, network, subnet))
    for (vpc, network, subnet), (other_vpc, other, late) in itertools.combinations(placed, 2):
        if vpc is other_vpc and network.overlaps(other):
            yield late.problem(f"{other} overlaps {network} of {subnet.address}", cidr=other)


@resource_rule(
    "ec2/zone-of-another-region",
    "aws_subnet",
    errors="InvalidParameterValue: Value ({zone}) for parameter availabilityZone is invalid. "
    "Subnets can currently only be created in the following availability zones: ...",
    remedy="Use a zone of the provider's region, or better the zones of "
    "data.aws_availability_zones.",
    documentation="AWSEC2/latest/APIReference/API_CreateSubnet.html",
)
def zone_of_another_region(subnet: Resource) -> Problems:
    """A subnet is in an availability zone that is not in the provider's region."""
    region = subnet.region()
    zone = subnet.text("availability_zone")
    if region and zone and not zone.startswith(region):
        yield subnet.problem(f"zone {zone}, region {region}", zone=zone)


@lookup_rule(
    "ec2/zone-not-available",
    errors="InvalidParameterValue: Value ({zone}) for parameter availabilityZone is invalid. "
    "Subnets can currently only be created in the following availability zones: ...",
    remedy="Use the zones of data.aws_availability_zones.",
    documentation="AWSEC2/latest/APIReference/API_DescribeAvailabilityZones.html",
)
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
