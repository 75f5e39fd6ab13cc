"""What the security groups of a configuration let through."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from harness.preflight.configuration import Block, Resource
from harness.preflight.rules.ec2.routes import EVERYWHERE

_GROUP = "aws_security_group"
_SEPARATE_RULES = (
    "aws_security_group_rule",
    "aws_vpc_security_group_ingress_rule",
    "aws_vpc_security_group_egress_rule",
)

_ALL_PROTOCOLS = ("-1", "all")
_TCP = ("tcp", "6")


class Direction(StrEnum):
    """Which way a permission lets traffic pass."""

    INGRESS = "ingress"
    EGRESS = "egress"


@dataclass(frozen=True)
class Permission:
    """One rule of a security group.

    Attributes:
        ports: First and last port; an empty range when it is not for TCP; None for all, or
            when not known.
        cidrs: Networks that it names.
        groups: Security groups that it names, as far as it is certain which.
        certain: Whether everything in it is known.
    """

    ports: tuple[int, int] | None
    cidrs: frozenset[str]
    groups: tuple[Resource, ...]
    certain: bool

    def covers(self, port: int) -> bool:
        """Return whether a TCP port is among its ports."""
        return self.ports is None or self.ports[0] <= port <= self.ports[1]


def permissions(group: Resource, direction: Direction) -> list[Permission] | None:
    """Return the rules of a security group in one direction; None when there may be more."""
    configuration = group.configuration
    if configuration.incomplete or group.repeated or not group.countable(direction):
        return None
    found = [_permission(block, group) for block in group.blocks(direction)]
    for kind in _SEPARATE_RULES:
        if not configuration.all_certain(kind, "security_group_id", _GROUP):
            return None
        for rule in configuration.referring(kind, "security_group_id", group):
            if _direction(rule) is direction:
                found.append(_permission(rule, rule))
    return found


def permits(
    groups: Sequence[Resource], direction: Direction, port: int, peers: Sequence[Resource]
) -> bool | None:
    """Return whether any of some security groups lets a TCP port through to or from peers.

    Args:
        groups: Security groups whose rules count.
        direction: Which of their rules.
        port: TCP port.
        peers: Security groups on the other side; empty for "anyone at all".

    Returns:
        True, False, or None where it is not certain: a network may or may not hold the peers.
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
