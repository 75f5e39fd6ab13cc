"""What the VPC can be."""

import ipaddress
from collections.abc import Iterator
from typing import TYPE_CHECKING

from stack.rules.finding import Finding

if TYPE_CHECKING:
    from stack.config import StackConfig


def network(config: "StackConfig") -> Iterator[Finding]:
    """Networks and zones."""
    if not _is_network(config.vpc_cidr, prefixes=range(16, 25)):
        yield "vpc_cidr", "must be an IPv4 network from /16 to /24 such as '10.0.0.0/16'"
    if config.availability_zone_count not in (2, 3):
        yield "availability_zone_count", "must be 2 or 3"
    if not 1 <= config.nat_gateway_count <= config.availability_zone_count:
        yield "nat_gateway_count", f"must be 1 to {config.availability_zone_count}, one a zone"
    cidrs = config.ingress_cidrs
    if not cidrs or not all(_is_network(cidr, prefixes=range(33)) for cidr in cidrs):
        yield "ingress_cidrs", "must be at least one IPv4 network such as '0.0.0.0/0'"


def _is_network(cidr: str, *, prefixes: range) -> bool:
    try:
        return ipaddress.IPv4Network(cidr).prefixlen in prefixes and "/" in cidr
    except ValueError:
        return False
