"""Security groups, routes and availability zones, as other rules read them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from harness.preflight.configuration import Block, Resource, Unknown, computed_once, same

_GROUP = "aws_security_group"
_SEPARATE_RULES = (
    "aws_security_group_rule",
    "aws_vpc_security_group_ingress_rule",
    "aws_vpc_security_group_egress_rule",
)

_ALL_PROTOCOLS = ("-1", "all")
_TCP = ("tcp", "6")
EVERYWHERE = frozenset({"0.0.0.0/0", "::/0"})
"""The whole internet, in IPv4 and in IPv6."""

_ROUTE_TARGETS = (
    *("carrier_gateway_id", "core_network_arn", "egress_only_gateway_id", "gateway_id"),
    *("local_gateway_id", "nat_gateway_id", "network_interface_id", "transit_gateway_id"),
    *("vpc_endpoint_id", "vpc_peering_connection_id"),
)


class Direction(StrEnum):
    """Direction of the traffic that a security group rule allows."""

    INGRESS = "ingress"
    EGRESS = "egress"


@dataclass(frozen=True)
class Permission:
    """One rule of a security group.

    Attributes:
        ports: First and last port; an empty range for protocols other than TCP; None: all
            ports, or unknown.
        groups: Referenced security groups, if it is certain which.
        certain: Whether the rule is completely known.
    """

    ports: tuple[int, int] | None
    cidrs: frozenset[str]
    groups: tuple[Resource, ...]
    certain: bool

    def covers(self, port: int) -> bool:
        """Return whether a TCP port is in the range."""
        return self.ports is None or self.ports[0] <= port <= self.ports[1]


@computed_once
def permissions(group: Resource, direction: Direction) -> list[Permission] | None:
    """Return the rules of a security group in one direction; None if there may be more."""
    configuration = group.configuration
    if configuration.incomplete or group.repeated or not group.countable(direction):
        return None
    found = [_permission(block, group) for block in group.blocks(direction)]
    for kind in _SEPARATE_RULES:
        rules = configuration.all_referring(kind, "security_group_id", group)
        if rules is None:
            return None
        found += [_permission(rule, rule) for rule in rules if _direction(rule) is direction]
    return found


def permits(
    groups: Sequence[Resource], direction: Direction, port: int, peers: Sequence[Resource]
) -> bool | None:
    """Return whether any of some security groups allows a TCP port to or from peers.

    Args:
        peers: Security groups of the peers; empty: any peer.

    Returns:
        None if uncertain: a CIDR block may or may not contain the peers.
    """
    unsure = False
    for group in groups:
        rules = permissions(group, direction)
        if rules is None:
            unsure = True
            continue
        for rule in rules:
            if not rule.covers(port):
                continue
            verdict = _reaches(rule, peers)
            if verdict and rule.certain:
                return True
            unsure = unsure or verdict is not False or not rule.certain
    return None if unsure else False


def _direction(rule: Resource) -> Direction | None:
    if rule.type == "aws_security_group_rule":
        kind = rule.text("type")
        return Direction(kind) if kind in ("ingress", "egress") else None
    return Direction.INGRESS if "ingress" in rule.type else Direction.EGRESS


def _permission(rule: Block, resource: Resource) -> Permission:
    ports, certain = _ports(rule)
    cidrs, known = _cidrs(rule)
    groups, sure = _peers(rule, resource)
    return Permission(ports, cidrs, groups, certain and known and sure)


def _ports(rule: Block) -> tuple[tuple[int, int] | None, bool]:
    protocol = rule.text("protocol") or rule.text("ip_protocol")
    if protocol is None or protocol in _ALL_PROTOCOLS:
        return None, protocol is not None
    if protocol not in _TCP:
        return (1, 0), True
    low, high = rule.integer("from_port"), rule.integer("to_port")
    if low is None or high is None:
        return None, False
    return (low, high), True


def _cidrs(rule: Block) -> tuple[frozenset[str], bool]:
    found: set[str] = set()
    certain = True
    for name in ("cidr_blocks", "ipv6_cidr_blocks"):
        values = rule.texts(name) if name in rule else []
        certain = certain and values is not None
        found |= set(values or ())
    for name in ("cidr_ipv4", "cidr_ipv6"):
        value = rule.text(name)
        certain = certain and (value is not None or rule.absent(name))
        found |= {value} if value else set()
    listed = not (rule.absent("prefix_list_ids") and rule.absent("prefix_list_id"))
    return frozenset(found), certain and not listed


def _peers(rule: Block, resource: Resource) -> tuple[tuple[Resource, ...], bool]:
    found: list[Resource] = []
    certain = True
    for name in ("source_security_group_id", "referenced_security_group_id"):
        if not rule.absent(name):
            peer = resource.follow(name, _GROUP, within=rule)
            certain = certain and peer is not None
            found += [peer] if peer else []
    if not rule.absent("security_groups"):
        peers = resource.follow_all("security_groups", _GROUP, within=rule)
        certain = certain and peers is not None
        found += peers or []
    return tuple(found), certain and not rule.boolean("self")


def _reaches(rule: Permission, peers: Sequence[Resource]) -> bool | None:
    if rule.cidrs & EVERYWHERE or any(group in peers for group in rule.groups):
        return True
    if not peers:
        return bool(rule.cidrs or rule.groups) or None
    return None if rule.cidrs else False


@computed_once
def routes_out(subnet: Resource) -> frozenset[str] | None:
    """Return the target arguments of the subnet's default routes; None if uncertain.

    Usually ``nat_gateway_id`` or ``gateway_id`` (an internet gateway); empty if there is no
    default route.
    """
    configuration = subnet.configuration
    links = configuration.all_referring("aws_route_table_association", "subnet_id", subnet)
    if not links:
        return None if links is None else _main_routes(subnet)
    table = links[0].follow("route_table_id", "aws_route_table")
    if table is None or table.repeated or not table.countable("route"):
        return None
    separate = configuration.all_referring("aws_route", "route_table_id", table)
    return None if separate is None else _targets([*table.blocks("route"), *separate])


def _main_routes(subnet: Resource) -> frozenset[str] | None:
    """Return the default routes of the VPC's main table: none, unless it is configured."""
    changed = subnet.configuration.resources(
        "aws_default_route_table", "aws_main_route_table_association"
    )
    return frozenset() if subnet.follow("vpc_id", "aws_vpc") and not changed else None


def _targets(routes: Iterable[Block]) -> frozenset[str] | None:
    targets: set[str] = set()
    for route in routes:
        names = ("destination_cidr_block", "cidr_block", "destination_ipv6_cidr_block")
        destinations = [route.text(name) for name in (*names, "ipv6_cidr_block")]
        if EVERYWHERE & {destination or "" for destination in destinations}:
            targets |= {name for name in _ROUTE_TARGETS if not route.absent(name)}
        elif not any(destinations):
            return None
    return frozenset(targets)


def zones_of(resource: Resource, argument: str) -> list[Any] | None:
    """Return the availability zone of each subnet in a list, unknown ones as Unknown.

    None if it is not certain which subnets they are, or if AWS chooses a zone.
    """
    subnets = resource.follow_all(argument, "aws_subnet") if argument in resource else None
    zones = [_zone(subnet) for subnet in subnets or ()]
    return None if subnets is None or None in zones else zones


def _zone(subnet: Resource) -> Any:
    zone = subnet.value("availability_zone")
    return subnet.value("availability_zone_id") if zone is None else zone


def distinct_zones(resource: Resource, argument: str) -> list[str] | None:
    """Return the distinct availability zones of the subnets in a list; None if uncertain."""
    found = zones_of(resource, argument)
    zones: list[Any] = []
    for zone in found or ():
        verdicts = [same(zone, other) for other in zones]
        if True in verdicts:
            continue
        if None in verdicts:
            return None
        zones.append(zone)
    if found is None:
        return None
    return [zone.text if isinstance(zone, Unknown) else str(zone) for zone in zones]
