"""Services of resource types, and references within a configuration."""

import pytest

from harness.terraform.services import references, resource_blocks, service_of

CONFIGURATION = {
    "resource": {
        "aws_vpc": {"main": {"cidr_block": "10.0.0.0/16"}},
        "aws_subnet": {"a": {"vpc_id": "${aws_vpc.main.id}"}},
        "aws_lb": {"main": {"subnets": ["${aws_subnet.a.id}"], "depends_on": ["aws_vpc.main"]}},
    },
    "data": {"aws_region": {"here": {}}},
}


@pytest.mark.parametrize(
    ("address", "service"),
    [
        ("aws_lb_target_group.api", "elbv2"),
        ("aws_vpc_security_group_ingress_rule.a", "ec2"),
        ("aws_db_subnet_group.main", "rds"),
        ("aws_cloudwatch_log_group.api", "logs"),
        ("aws_cloudwatch_metric_alarm.cpu", "cloudwatch"),
        ("aws_appautoscaling_policy.cpu", "application-autoscaling"),
        ("aws_ecs_service", "ecs"),
        ("terraform_data.a", "data"),
    ],
)
def test_the_service_of_a_resource(address: str, service: str) -> None:
    assert service_of(address) == service


def test_references_are_those_to_resources_of_the_configuration() -> None:
    assert references(CONFIGURATION) == {
        "aws_vpc.main": (),
        "aws_subnet.a": ("aws_vpc.main",),
        "aws_lb.main": ("aws_subnet.a", "aws_vpc.main"),
    }


def test_every_managed_resource_has_a_block() -> None:
    assert dict(resource_blocks(CONFIGURATION))["aws_vpc.main"] == {"cidr_block": "10.0.0.0/16"}
