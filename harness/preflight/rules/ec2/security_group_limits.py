"""Rules on names, descriptions and the declaration of security group rules."""

from harness.preflight.configuration import Resource
from harness.preflight.registry import Problems, resource_rule

_RULE_TYPES = (
    "aws_security_group_rule",
    "aws_vpc_security_group_ingress_rule",
    "aws_vpc_security_group_egress_rule",
)


@resource_rule("ec2/inline-and-separate-rules", "aws_security_group")
def inline_and_separate_rules(group: Resource) -> Problems:
    """A security group has inline rules and separate ones: each apply removes the others."""
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
