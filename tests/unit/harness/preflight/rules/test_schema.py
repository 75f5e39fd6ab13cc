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


LB = {"subnets": ["subnet-1", "subnet-2"]}
SUBNET = {"vpc_id": "vpc-1", "cidr_block": "10.0.0.0/24"}


@pytest.mark.parametrize(
    ("kind", "arguments", "text"),
    [
        ("aws_subnet", {**SUBNET, "cidr": "10.0.0.0/24"}, "aws_subnet has no argument cidr"),
        ("aws_subnet", {"cidr_block": "10.0.0.0/24"}, "vpc_id is required"),
        ("aws_subnet", {**SUBNET, "vpc_id": None}, "vpc_id is required"),
        ("aws_lb", {**LB, "access_log": {"bucket": "b"}}, "no argument access_log; did you mean"),
        ("aws_lb", {**LB, "access_logs": {"enabled": True}}, "access_logs.bucket is required"),
        (
            "aws_lb",
            {**LB, "access_logs": {"bucket": "b", "path": "x"}},
            "no argument access_logs.path",
        ),
        (
            "aws_lb",
            {
                **LB,
                "dynamic": {"access_logs": {"for_each": "${var.x}", "content": {"enabled": True}}},
            },
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
        ("${data.aws_lb.x.dns}", True),
        ("${data.aws_lb.x[0].dns}", True),
        ("${data.aws_lb.x.dns_name}", False),
        ("${data.aws_of_another_service.x.dns}", False),
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
        ("", "vpc_identity", ["warning"]),
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


@pytest.mark.parametrize(
    ("kind", "wrong", "valid"),
    [
        ("aws_db_instance", {"multi_az": "yes"}, {"multi_az": "true"}),
        ("aws_db_instance", {"multi_az": 1}, {"multi_az": "${var.x}"}),
        ("aws_db_instance", {"port": "default"}, {"port": "5432"}),
        ("aws_db_instance", {"port": True}, {"port": None}),
        ("aws_vpc", {"ipv6_ipam_pool_id": ["x"]}, {"ipv6_ipam_pool_id": "${var.x}"}),
        ("aws_subnet", {"tags": "prod"}, {"tags": {"a": 1}}),
        ("aws_subnet", {"arn": "arn:aws:x"}, {"id": None}),
        ("aws_lb", {"security_groups": "sg-1"}, {"security_groups": ["sg-1"]}),
    ],
)
def test_a_value_of_another_type(kind: str, wrong: dict[str, Any], valid: dict[str, Any]) -> None:
    assert any(", not a" in m or "computed" in m for m in found(ARGUMENTS, {kind: {"x": wrong}}))
    messages = found(ARGUMENTS, {kind: {"x": valid}})
    assert not any(", not a" in m or "computed" in m for m in messages)


@pytest.mark.parametrize(
    ("kind", "wrong", "valid"),
    [
        ("aws_iam_role", {"name": "a", "name_prefix": "b"}, {"name": "a", "name_prefix": None}),
        ("aws_lb", {"subnets": ["s"], "subnet_mapping": {"subnet_id": "s"}}, {"subnets": ["s"]}),
        ("aws_lb", {"name": "x"}, {"subnets": "${var.x}"}),
        ("aws_kms_key", {"xks_key_id": "x"}, {"xks_key_id": "x", "custom_key_store_id": "y"}),
        (
            "aws_secretsmanager_secret_rotation",
            {"rotation_rules": {"duration": "3h"}},
            {"rotation_rules": {"automatically_after_days": 30}},
        ),
        (
            "aws_instance",
            {"cpu_core_count": 2, "cpu_options": {"core_count": 2}},
            {"cpu_core_count": 2, "cpu_options": {}, "ami": "a", "instance_type": "t"},
        ),
        (
            "aws_security_group_rule",
            {"self": False, "cidr_blocks": ["10.0.0.0/8"]},
            {"dynamic": {"cidr_blocks": {"for_each": "${var.x}", "content": {}}}},
        ),
        (
            "aws_db_instance",
            {"password": "${aws_secretsmanager_secret.s.arn}", "manage_master_user_password": True},
            {"password": "${var.password}", "manage_master_user_password": "${var.managed}"},
        ),
    ],
)
def test_arguments_that_the_provider_relates(
    kind: str, wrong: dict[str, Any], valid: dict[str, Any]
) -> None:
    texts = ("exclude each other", "one of ", " requires ")
    assert any(text in m for m in found(ARGUMENTS, {kind: {"x": wrong}}) for text in texts)
    messages = found(ARGUMENTS, {kind: {"x": valid}})
    assert not any(text in m for m in messages for text in texts)
