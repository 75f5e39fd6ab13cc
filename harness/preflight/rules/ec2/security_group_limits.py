"""Rules on names, descriptions and the declaration of security group rules."""

import re

from harness.preflight.configuration import Resource
from harness.preflight.registry import Problems, resource_rule

_TEXT = re.compile(r"[A-Za-z0-9 ._\-:/()#,@\[\]+=&;{}!$*]{0,255}")
_MAX_GROUP_NAME = 255
_RULE_TYPES = (
    "aws_security_group_rule",
    "aws_vpc_security_group_ingress_rule",
    "aws_vpc_security_group_egress_rule",
)


@resource_rule("ec2/security-group-text", "aws_security_group", *_RULE_TYPES)
def security_group_text(resource: Resource) -> Problems:
    """A description of a security group or of its rule has a character that EC2 rejects."""
    texts = [resource.text("description")]
    for direction in ("ingress", "egress"):
        if resource.type == "aws_security_group":
            texts += [block.text("description") for block in resource.blocks(direction)]
    for text in texts:
        if text is not None and not _TEXT.fullmatch(text):
            variant = int(resource.type == "aws_security_group" and text is texts[0])
            yield resource.problem(f"description {text[:60]!r}", variant=variant)


@resource_rule("ec2/security-group-name", "aws_security_group")
def security_group_name(group: Resource) -> Problems:
    """A security group's name begins with ``sg-`` or is too long."""
    name = group.text("name")
    if name and (name.startswith("sg-") or len(name) > _MAX_GROUP_NAME):
        yield group.problem(f"name {name[:60]!r} ({len(name)} characters)")


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
