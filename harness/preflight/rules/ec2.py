"""Rules on the network: CIDRs, subnets, zones, security group texts."""

import ipaddress
import itertools
import re
from collections.abc import Iterator

from harness.preflight.configuration import Resource
from harness.preflight.finding import Family, Severity
from harness.preflight.registry import Inspection, Problems, configuration_rule, resource_rule

_GUIDE = "https://docs.aws.amazon.com/vpc/latest/userguide"
_API = "https://docs.aws.amazon.com/AWSEC2/latest/APIReference"
_SIZES = range(16, 29)
_TEXT = re.compile(r"[A-Za-z0-9 ._\-:/()#,@\[\]+=&;{}!$*]{0,255}")
_MAX_GROUP_NAME = 255
_RULE_TYPES = (
    "aws_security_group_rule",
    "aws_vpc_security_group_ingress_rule",
    "aws_vpc_security_group_egress_rule",
)
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
    Family.DEPLOY,
    *_BLOCK_ARGUMENTS,
    "aws_security_group_rule",
    says=(
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
    remedy="Write the network's own address with its length, such as 10.0.0.0/16; VPCs and "
    "subnets are /16 to /28.",
    documentation=f"{_GUIDE}/vpc-cidr-blocks.html",
)
def invalid_cidr(resource: Resource) -> Problems:
    """A network is malformed, has host bits set, or is larger or smaller than AWS takes."""
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
    Family.DEPLOY,
    "aws_subnet",
    says="InvalidSubnet.Range: The CIDR '{cidr}' is invalid.",
    remedy="Choose a network inside the VPC's.",
    documentation=f"{_GUIDE}/subnet-sizing.html",
)
def subnet_outside_vpc(subnet: Resource) -> Problems:
    """A subnet's network is not inside the VPC's."""
    vpc = subnet.follow("vpc_id", "aws_vpc")
    inner = _network(subnet)
    outer = _network(vpc) if vpc is not None else None
    if vpc is None or inner is None or outer is None or inner.subnet_of(outer):
        return
    if not subnet.configuration.resources("aws_vpc_ipv4_cidr_block_association"):
        yield subnet.problem(f"{inner} is outside {outer} of {vpc.address}", cidr=inner)


@configuration_rule(
    "ec2/overlapping-subnets",
    Family.DEPLOY,
    says="InvalidSubnet.Conflict: The CIDR '{cidr}' conflicts with another subnet",
    remedy="Give each subnet of the VPC a network of its own.",
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
    Family.DEPLOY,
    "aws_subnet",
    says="InvalidParameterValue: Value ({zone}) for parameter availabilityZone is invalid. Subnets "
    "can currently only be created in the following availability zones: ...",
    remedy="Name a zone of the provider's region; better, take the zones from "
    "data.aws_availability_zones.",
    documentation=f"{_API}/API_CreateSubnet.html",
)
def zone_of_another_region(subnet: Resource) -> Problems:
    """A subnet is in an availability zone of another region than the provider's."""
    region = subnet.configuration.region()
    zone = subnet.text("availability_zone")
    if region and zone and subnet.absent("provider") and not zone.startswith(region):
        yield subnet.problem(f"zone {zone}, region {region}", zone=zone)


@resource_rule(
    "ec2/security-group-text",
    Family.DEPLOY,
    "aws_security_group",
    *_RULE_TYPES,
    says=(
        "InvalidParameterValue: Invalid rule description. Valid descriptions are strings less than "
        "256 characters from the following set:  a-zA-Z0-9. _-:/()#,@[]+=&;{{}}!$*",
        "InvalidParameterValue: Invalid security group description. Valid descriptions are strings "
        "less than 256 characters from the following set:  a-zA-Z0-9. _-:/()#,@[]+=&;{{}}!$*",
    ),
    also="InvalidParameterValue: Value ({text}) for parameter GroupDescription is invalid. "
    "Character sets beyond ASCII are not supported.",
    remedy="Letters, digits, spaces and ._-:/()#,@[]+=&;{}!$* only: no apostrophe, no arrow, no "
    "dash beyond ASCII; at most 255 characters.",
    documentation=f"{_API}/API_CreateSecurityGroup.html",
)
def security_group_text(resource: Resource) -> Problems:
    """A description of a security group or of its rule has a character that EC2 does not take."""
    texts = [resource.text("description")]
    for direction in ("ingress", "egress"):
        if resource.type == "aws_security_group":
            texts += [block.text("description") for block in resource.blocks(direction)]
    for text in texts:
        if text is not None and not _TEXT.fullmatch(text):
            variant = int(resource.type == "aws_security_group" and text is texts[0])
            yield resource.problem(f"description {text[:60]!r}", variant=variant)


@resource_rule(
    "ec2/security-group-name",
    Family.DEPLOY,
    "aws_security_group",
    says=(
        "Error: invalid value for name (cannot begin with sg-)",
        "InvalidParameterValue: Invalid security group name",
    ),
    remedy="At most 255 characters, not beginning with sg-.",
    documentation=f"{_API}/API_CreateSecurityGroup.html",
)
def security_group_name(group: Resource) -> Problems:
    """A security group's name begins with ``sg-`` or is too long."""
    name = group.text("name")
    if name and (name.startswith("sg-") or len(name) > _MAX_GROUP_NAME):
        yield group.problem(f"name {name[:60]!r} ({len(name)} characters)")


@resource_rule(
    "ec2/inline-and-separate-rules",
    Family.WORK,
    "aws_security_group",
    severity=Severity.WARNING,
    remedy="Keep one way: rules in the group, or rules as resources of their own.",
    documentation="https://registry.terraform.io/providers/hashicorp/aws/5.100.0/docs/resources/"
    "security_group",
)
def inline_and_separate_rules(group: Resource) -> Problems:
    """A security group has rules of its own and separate ones: each apply removes the others."""
    for direction in ("ingress", "egress"):
        kinds = (*_RULE_TYPES[:1], f"aws_vpc_security_group_{direction}_rule")
        separate = [
            rule
            for kind in kinds
            for rule in group.configuration.referring(kind, "security_group_id", group)
            if kind != _RULE_TYPES[0] or rule.text("type") == direction
        ]
        if group.blocks(direction) and separate and not group.configuration.planned:
            yield group.problem(f"{direction} rules inline and as {separate[0].address}")
