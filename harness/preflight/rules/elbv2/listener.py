"""Rules on listeners and target groups."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

from harness.preflight.configuration import Configuration, Reference, Resource
from harness.preflight.finding import Family
from harness.preflight.registry import Inspection, Problems, configuration_rule, resource_rule

_API = "https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference"
_GROUP = ("aws_lb_target_group", "aws_alb_target_group")
_LISTENER = ("aws_lb_listener", "aws_alb_listener")


@resource_rule(
    "elbv2/target-group-incomplete",
    Family.DEPLOY,
    *_GROUP,
    errors=(
        "Error: {name} should be set when target type is {kind}",
        "ValidationError: A VPC ID must be specified",
    ),
    remedy="Set port, protocol and vpc_id (required except for lambda target groups).",
    documentation=f"{_API}/API_CreateTargetGroup.html",
)
def target_group_incomplete(group: Resource) -> Problems:
    """A target group has no port, protocol or VPC."""
    kind = group.text("target_type", "instance")
    for name in ("port", "protocol", "vpc_id"):
        if kind not in (None, "lambda") and group.absent(name):
            yield group.problem(f"{name} is not set; target type is {kind}", name=name, kind=kind)


@resource_rule(
    "elbv2/listener-certificate",
    Family.DEPLOY,
    *_LISTENER,
    errors=(
        "ValidationError: A certificate must be specified for HTTPS listeners",
        "ValidationError: A certificate cannot be specified for HTTP listeners",
    ),
    remedy="Set certificate_arn for HTTPS, not for HTTP.",
    documentation=f"{_API}/API_CreateListener.html",
)
def listener_certificate(listener: Resource) -> Problems:
    """An HTTPS listener has no certificate, or an HTTP listener has one."""
    protocol = listener.text("protocol")
    if protocol in ("HTTPS", "TLS") and listener.absent("certificate_arn"):
        yield listener.problem(f"{protocol} without certificate_arn")
    if protocol == "HTTP" and listener.given("certificate_arn"):
        yield listener.problem("HTTP with certificate_arn", variant=1)


@configuration_rule(
    "elbv2/duplicate-listener-port",
    Family.DEPLOY,
    errors="DuplicateListener: A listener already exists on this port for this load balancer",
    remedy="Use a unique port for each listener of a load balancer.",
    documentation=f"{_API}/API_CreateListener.html",
)
def duplicate_listener_port(inspection: Inspection) -> Problems:
    """Two listeners of a load balancer have the same port."""
    yield from _duplicates(inspection.configuration, _LISTENER, "load_balancer_arn", "port")


@configuration_rule(
    "elbv2/duplicate-listener-priority",
    Family.DEPLOY,
    errors="PriorityInUse: Priority '{value}' is currently in use",
    remedy="Use a unique priority for each rule of a listener.",
    documentation=f"{_API}/API_CreateRule.html",
)
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
