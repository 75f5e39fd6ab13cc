"""Rules on the names of load balancers and target groups."""

import re

from harness.preflight.configuration import Resource
from harness.preflight.finding import Family
from harness.preflight.registry import Problems, resource_rule

_API = "https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference"
_LB = ("aws_lb", "aws_alb")
_GROUP = ("aws_lb_target_group", "aws_alb_target_group")
_CHARACTERS = re.compile(r"[A-Za-z0-9-]*")
_MAX_NAME = 32


@resource_rule(
    "elbv2/load-balancer-name",
    Family.DEPLOY,
    *_LB,
    errors=(
        'Error: "name" cannot be longer than 32 characters: "{name}"',
        'Error: only alphanumeric characters and hyphens allowed in "name": "{name}"',
        'Error: "name" cannot begin with a hyphen: "{name}"',
        'Error: "name" cannot end with a hyphen: "{name}"',
        'Error: "name" cannot begin with "internal-": "{name}"',
        "ValidationError: The load balancer name '{name}' cannot be longer than '32' characters",
    ),
    remedy="Use 1 to 32 letters, digits and hyphens; no hyphen at either end; not internal-.",
    documentation=f"{_API}/API_CreateLoadBalancer.html",
)
def load_balancer_name(balancer: Resource) -> Problems:
    """A load balancer's name is too long or has a character that is not allowed."""
    name = balancer.text("name")
    variant = _violation(name or "")
    if variant is None and name and name.startswith("internal-"):
        variant = 4
    if name and variant is not None:
        text = f"{name!r} ({len(name)} characters)"
        yield balancer.problem(text, variant=variant, name=name)


@resource_rule(
    "elbv2/target-group-name",
    Family.DEPLOY,
    *_GROUP,
    errors=(
        'Error: "name" cannot be longer than 32 characters',
        'Error: only alphanumeric characters and hyphens allowed in "name"',
        'Error: "name" cannot begin with a hyphen',
        'Error: "name" cannot end with a hyphen',
        "ValidationError: Target group name '{name}' cannot be longer than '32' characters",
    ),
    remedy="Use 1 to 32 letters, digits and hyphens; no hyphen at either end.",
    documentation=f"{_API}/API_CreateTargetGroup.html",
)
def target_group_name(group: Resource) -> Problems:
    """A target group's name is too long or has a character that is not allowed."""
    name = group.text("name")
    variant = _violation(name or "")
    if name and variant is not None:
        yield group.problem(f"{name!r} ({len(name)} characters)", variant=variant, name=name)


def _violation(name: str) -> int | None:
    """Return the index of the provider's error message, None for a valid name."""
    violations = (
        len(name) > _MAX_NAME,
        not _CHARACTERS.fullmatch(name),
        name.startswith("-"),
        name.endswith("-"),
    )
    return violations.index(True) if True in violations else None
