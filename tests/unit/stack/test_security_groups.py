from typing import Any

from tests.unit.stack.conftest import SUFFIX
from tests.unit.stack.template import Template

INGRESS = "aws_vpc_security_group_ingress_rule"
EGRESS = "aws_vpc_security_group_egress_rule"


def group_ids(template: Template) -> dict[str, str]:
    roles = ("alb", "service", "database")
    return {
        template.resource("aws_security_group", name=f"catalog-{role}-{SUFFIX}").ref("id"): role
        for role in roles
    }


def rules(template: Template, kind: str) -> set[tuple[Any, ...]]:
    """Return (group, protocol, from port, to port, other end)."""
    names = group_ids(template)
    return {
        (
            names[rule["security_group_id"]],
            rule["ip_protocol"],
            rule["from_port"],
            rule["to_port"],
            names.get(rule.attributes.get("referenced_security_group_id", "")) or rule["cidr_ipv4"],
        )
        for rule in template.resources(kind)
    }


def test_each_group_admits_only_the_one_before_it(template: Template) -> None:
    assert rules(template, INGRESS) == {
        ("alb", "tcp", 80, 80, "0.0.0.0/0"),
        ("service", "tcp", 8080, 8080, "alb"),
        ("database", "tcp", 5432, 5432, "service"),
    }


def test_each_group_reaches_only_the_next_one_and_tasks_reach_aws(template: Template) -> None:
    assert rules(template, EGRESS) == {
        ("alb", "tcp", 8080, 8080, "service"),
        ("service", "tcp", 5432, 5432, "database"),
        ("service", "tcp", 443, 443, "0.0.0.0/0"),
    }


def test_groups_have_no_inline_rules_that_conflict_with_these(template: Template) -> None:
    for group in template.resources("aws_security_group"):
        assert not {"ingress", "egress"} & set(group.attributes)
        assert group["vpc_id"] == template.resource("aws_vpc").ref("id")


def test_viewers_can_be_narrowed_and_the_port_can_change(varied: Template) -> None:
    assert rules(varied, INGRESS) == {
        ("alb", "tcp", 80, 80, "10.1.0.0/16"),
        ("alb", "tcp", 80, 80, "10.2.0.0/16"),
        ("service", "tcp", 9000, 9000, "alb"),
        ("database", "tcp", 5432, 5432, "service"),
    }
    assert ("alb", "tcp", 9000, 9000, "service") in rules(varied, EGRESS)
