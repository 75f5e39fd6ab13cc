"""The rules on the provider's schema: arguments, required ones, and attributes."""

from typing import Any

import pytest

from harness.preflight.configuration import configuration_of
from harness.preflight.engine import preflight
from harness.preflight.report import Report
from tests.unit.harness.preflight.sample_configuration import Case, check, fires, silent
from tests.unit.harness.preflight.sample_configuration import with_variables as declared

ARGUMENTS, ATTRIBUTES = "terraform/arguments", "terraform/attributes"
SERVICE = "aws_ecs_service.service"


def set_(address: str, **arguments: Any) -> Any:
    return lambda draft: draft[address].update(arguments)


CASES = [
    fires(ARGUMENTS, SERVICE, set_(SERVICE, desired_counts=2)),
    fires(ARGUMENTS, SERVICE, set_(SERVICE, load_balancer=[{"container_name": "api"}])),
    silent(ARGUMENTS, set_(SERVICE, force_delete=True, timeouts={"create": "10m"})),
    fires(ATTRIBUTES, SERVICE, set_(SERVICE, tags={"a": "${aws_vpc.network_vpc.vpc_id}"})),
    silent(ATTRIBUTES, set_(SERVICE, tags={"a": "${aws_vpc.network_vpc.id}"})),
]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_rule(case: Case) -> None:
    check(case)


def report(resources: dict[str, Any], version: str = "5.100.0", **more: Any) -> Report:
    settings = {"required_providers": {"aws": {"version": version}}} if version else {}
    document = declared({"resource": resources, "terraform": settings, **more})
    return preflight(configuration_of(document), disposable=False)


def found(rule: str, *arguments: Any, **more: Any) -> list[str]:
    findings = report(*arguments, **more).findings
    return [f"{f.severity} {f.message}" for f in findings if f.rule == rule]


SUBNET = {"vpc_id": "vpc-1", "cidr_block": "10.0.0.0/24"}


@pytest.mark.parametrize(
    ("kind", "arguments", "text"),
    [
        ("aws_subnet", {**SUBNET, "cidr": "10.0.0.0/24"}, "aws_subnet has no argument cidr"),
        ("aws_subnet", {"cidr_block": "10.0.0.0/24"}, "vpc_id is required"),
        ("aws_subnet", {**SUBNET, "vpc_id": None}, "vpc_id is required"),
        ("aws_lb", {"access_log": {"bucket": "b"}}, "no argument access_log; did you mean"),
        ("aws_lb", {"access_logs": {"enabled": True}}, "access_logs.bucket is required"),
        ("aws_lb", {"access_logs": {"bucket": "b", "path": "x"}}, "no argument access_logs.path"),
        (
            "aws_lb",
            {"dynamic": {"access_logs": {"for_each": "${var.x}", "content": {"enabled": True}}}},
            "access_logs.bucket is required",
        ),
    ],
)
def test_an_argument_that_does_not_fit_the_schema(
    kind: str, arguments: dict[str, Any], text: str
) -> None:
    (message,) = found(ARGUMENTS, {kind: {"x": arguments}})
    assert message.startswith("blocker ")
    assert text in message


@pytest.mark.parametrize(
    ("kind", "arguments"),
    [
        ("aws_subnet", {**SUBNET, "count": 2, "provider": "aws", "depends_on": [], "//": "x"}),
        ("aws_subnet", {**SUBNET, "timeouts": {"create": "10m"}}),
        ("aws_subnet", {"vpc_id": "${var.vpc}", "cidr_block": "10.0.0.0/24"}),
        ("aws_lb_listener", {"load_balancer_arn": "x", "dynamic": {"default_action": {}}}),
        ("aws_subnets_of_another_provider", {"anything": 1}),
    ],
)
def test_arguments_that_fit(kind: str, arguments: dict[str, Any]) -> None:
    assert found(ARGUMENTS, {kind: {"x": arguments}}) == []


def test_what_a_later_provider_no_longer_requires_is_a_warning() -> None:
    subnet = {"vpc_id": "vpc-1", "ipam": "x"}
    arguments = {"aws_network_acl": {"x": {"new_argument": "x"}}, "aws_subnet": {"x": subnet}}
    messages = found(ARGUMENTS, arguments, ">= 5.0")
    assert {message.split()[0] for message in messages} == {"warning"}


@pytest.mark.parametrize(
    ("expression", "finds"),
    [
        ("${aws_lb.x.dns}", True),
        ("${aws_lb.x[0].dns}", True),
        ("${aws_lb.x[*].dns}", True),
        ('${aws_lb.x["a"].dnsname}', True),
        ("${lower(aws_lb.x.dns)}", True),
        ("${aws_lb.x.dns_name}", False),
        ('${aws_lb.x["dns"]}', False),
        ("${aws_lb.x}", False),
        ("${aws_lb.x.access_logs[0].bucket}", False),
        ("${[for lb in aws_lb.x : lb.dns]}", False),
        ("${data.aws_lb.x.dns}", False),
    ],
)
@pytest.mark.parametrize("place", ["locals", "output"])
def test_attributes_in_expressions(expression: str, place: str, *, finds: bool) -> None:
    value = {"a": expression} if place == "locals" else {"a": {"value": expression}}
    assert bool(found(ATTRIBUTES, {"aws_lb": {"x": {}}}, **{place: value})) is finds


@pytest.mark.parametrize(
    ("version", "argument", "severities"),
    [
        ("5.100.0", "vpc_endpoint_mode", ["blocker"]),
        ("~> 5.0", "vpc_endpoint_mode", ["blocker"]),
        (">= 5.0", "vpc_endpoint_mode", ["warning"]),
        ("", "vpc_endpoint_mode", ["warning"]),
        ("", "map_public_ip_on_launched", ["blocker"]),
        (">= 6.40", "vpc_endpoint_mode", []),
        ("~> 6.0", "region", []),
    ],
)
def test_names_of_a_later_provider_are_not_blockers(
    version: str, argument: str, severities: list[str]
) -> None:
    messages = found(ARGUMENTS, {"aws_subnet": {"x": {**SUBNET, argument: "x"}}}, version)
    assert [message.split()[0] for message in messages] == severities
