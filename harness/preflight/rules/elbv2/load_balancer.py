"""Rules on load balancers, listeners and target groups."""

import itertools
import math
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

from harness.preflight.configuration import Configuration, Reference, Resource, Unknown, same
from harness.preflight.registry import Inspection, Problems, configuration_rule, resource_rule
from harness.preflight.rules.ec2.model import distinct_zones, zones_of

_LB = ("aws_lb", "aws_alb")
_MIN_ZONES = 2
_GROUP = ("aws_lb_target_group", "aws_alb_target_group")
_LISTENER = ("aws_lb_listener", "aws_alb_listener")
_CHARACTERS = re.compile(r"[A-Za-z0-9-]*")
_MAX_NAME = 32


@resource_rule("elbv2/too-few-zones", *_LB)
def too_few_zones(balancer: Resource) -> Problems:
    """An application load balancer is in fewer than two availability zones."""
    zones = distinct_zones(balancer, "subnets")
    if zones is not None and zones and len(zones) < _MIN_ZONES and _is_application(balancer):
        yield balancer.problem(f"all subnets are in {zones[0]}")


@resource_rule("elbv2/subnets-in-same-zone", *_LB)
def subnets_in_same_zone(balancer: Resource) -> Problems:
    """A load balancer is attached to two subnets of one availability zone."""
    zones = zones_of(balancer, "subnets") or []
    twice = [one for one, other in itertools.combinations(zones, 2) if same(one, other)]
    if twice and len(twice) < math.comb(len(zones), 2):
        zone = twice[0].text if isinstance(twice[0], Unknown) else twice[0]
        yield balancer.problem(f"two subnets are in {zone}")


def _is_application(balancer: Resource) -> bool:
    return balancer.text("load_balancer_type", "application") == "application"


@resource_rule("elbv2/no-internet-gateway", *_LB)
def no_internet_gateway(balancer: Resource) -> Problems:
    """An internet-facing load balancer is in a VPC without internet gateway."""
    configuration = balancer.configuration
    subnets = balancer.follow_all("subnets", "aws_subnet") if "subnets" in balancer else None
    vpc = subnets[0].follow("vpc_id", "aws_vpc") if subnets else None
    if vpc is None or balancer.boolean("internal", default=False) is not False:
        return
    kinds = ("aws_internet_gateway", "aws_internet_gateway_attachment")
    if all(configuration.all_referring(kind, "vpc_id", vpc) == [] for kind in kinds):
        yield balancer.problem(f"{vpc.address} has no internet gateway")


@resource_rule("elbv2/deletion-protection", *_LB)
def deletion_protection(balancer: Resource) -> Problems:
    """A load balancer is protected from deletion."""
    if balancer.boolean("enable_deletion_protection"):
        yield balancer.problem("enable_deletion_protection is true: destroy fails")


@resource_rule("elbv2/target-group-incomplete", *_GROUP)
def target_group_incomplete(group: Resource) -> Problems:
    """A target group has no port, protocol or VPC."""
    kind = group.text("target_type", "instance")
    for name in ("port", "protocol", "vpc_id"):
        if kind not in (None, "lambda") and group.absent(name):
            yield group.problem(f"{name} is not set; target type is {kind}", name=name, kind=kind)


@resource_rule("elbv2/listener-certificate", *_LISTENER)
def listener_certificate(listener: Resource) -> Problems:
    """An HTTPS listener has no certificate, or an HTTP listener has one."""
    protocol = listener.text("protocol")
    if protocol in ("HTTPS", "TLS") and listener.absent("certificate_arn"):
        yield listener.problem(f"{protocol} without certificate_arn")
    if protocol == "HTTP" and listener.given("certificate_arn"):
        yield listener.problem("HTTP with certificate_arn", variant=1)


@configuration_rule("elbv2/duplicate-listener-port")
def duplicate_listener_port(inspection: Inspection) -> Problems:
    """Two listeners of a load balancer have the same port."""
    yield from _duplicates(inspection.configuration, _LISTENER, "load_balancer_arn", "port")


@configuration_rule("elbv2/duplicate-listener-priority")
def duplicate_listener_priority(inspection: Inspection) -> Problems:
    """Two rules of a listener have the same priority."""
    kinds = ("aws_lb_listener_rule", "aws_alb_listener_rule")
    yield from _duplicates(inspection.configuration, kinds, "listener_arn", "priority")


def _duplicates(
    configuration: Configuration, kinds: tuple[str, ...], parent: str, number: str
) -> Problems:
    keyed = list(_numbered(configuration, kinds, parent, number))
    counts = Counter(key for key, _ in keyed)
    found: set[Any] = set()
    for key, resource in keyed:
        if counts[key] > 1 and key in found:
            text = f"{number} {key[1]} is used by another one of {key[0]}"
            yield resource.problem(text, value=key[1])
        found.add(key)


def _numbered(
    configuration: Configuration, kinds: tuple[str, ...], parent: str, number: str
) -> Iterator[tuple[tuple[str, int], Resource]]:
    for resource in configuration.resources(*kinds):
        owner = resource.unresolved(parent)
        value = resource.integer(number)
        if value is not None and isinstance(owner, Reference) and not resource.repeated:
            yield (owner.address, value), resource


@resource_rule("elbv2/load-balancer-name", *_LB)
def load_balancer_name(balancer: Resource) -> Problems:
    """A load balancer's name is too long or has a character that is not allowed."""
    yield from _invalid_name(balancer, reserved_prefix="internal-")


@resource_rule("elbv2/target-group-name", *_GROUP)
def target_group_name(group: Resource) -> Problems:
    """A target group's name is too long or has a character that is not allowed."""
    yield from _invalid_name(group)


def _invalid_name(resource: Resource, *, reserved_prefix: str | None = None) -> Problems:
    """Yield a problem if a name is invalid; its variant is the provider's error message."""
    name = resource.text("name")
    if not name:
        return
    violations = (
        len(name) > _MAX_NAME,
        not _CHARACTERS.fullmatch(name),
        name.startswith("-"),
        name.endswith("-"),
        reserved_prefix is not None and name.startswith(reserved_prefix),
    )
    if True in violations:
        text = f"{name!r} ({len(name)} characters)"
        yield resource.problem(text, variant=violations.index(True), name=name)
