"""The work of a preflight grows with the number of resources, whatever their shape."""

import json
import sys
from collections.abc import Callable
from types import FrameType
from typing import Any

import pytest

from harness.preflight.configuration.assembly import Loaded, build_configuration
from harness.preflight.engine import preflight

Shape = Callable[[int], dict[str, Any]]
CONTAINERS = json.dumps([{"name": "a", "image": "x", "portMappings": [{"containerPort": 80}]}])


def named(count: int, body: Callable[[int], dict[str, Any]]) -> dict[str, Any]:
    return {f"r{number}": body(number) for number in range(count)}


SHAPES: dict[str, Shape] = {
    "security groups with a rule each": lambda n: {
        "aws_security_group": named(n, lambda i: {"name": f"g{i}"}),
        "aws_security_group_rule": named(
            n, lambda i: {"security_group_id": f"${{aws_security_group.r{i}.id}}"}
        ),
    },
    "subnets of one VPC": lambda n: {
        "aws_vpc": {"v": {"cidr_block": "10.0.0.0/16"}},
        "aws_subnet": named(
            n,
            lambda i: {
                "vpc_id": "${aws_vpc.v.id}",
                "cidr_block": f"10.0.{i // 16}.{i % 16 * 16}/28",
            },
        ),
    },
    "buckets with a policy each": lambda n: {
        "aws_s3_bucket": named(n, lambda i: {"bucket": f"bucket-{i}"}),
        "aws_s3_bucket_acl": named(n, lambda i: {"bucket": f"bucket-{i}", "acl": "private"}),
    },
    "services behind one load balancer": lambda n: {
        "aws_lb": {"l": {"name": "l"}},
        "aws_lb_target_group": named(n, lambda i: {"name": f"t{i}", "target_type": "ip"}),
        "aws_lb_listener": named(
            n,
            lambda i: {
                "load_balancer_arn": "${aws_lb.l.arn}",
                "port": i + 1,
                "default_action": [{"target_group_arn": f"${{aws_lb_target_group.r{i}.arn}}"}],
            },
        ),
        "aws_ecs_task_definition": named(
            n, lambda i: {"family": f"f{i}", "container_definitions": CONTAINERS}
        ),
        "aws_ecs_service": named(
            n,
            lambda i: {
                "name": f"s{i}",
                "task_definition": f"${{aws_ecs_task_definition.r{i}.arn}}",
                "load_balancer": [{"target_group_arn": f"${{aws_lb_target_group.r{i}.arn}}"}],
            },
        ),
        "aws_appautoscaling_target": named(
            n, lambda i: {"resource_id": f"service/c/${{aws_ecs_service.r{i}.name}}"}
        ),
    },
    "clusters and services": lambda n: {
        "aws_rds_cluster": named(n, lambda i: {"cluster_identifier": f"c{i}"}),
        "aws_ecs_service": named(n, lambda i: {"name": f"s{i}"}),
    },
    "clusters that are created one after the other": lambda n: {
        "aws_rds_cluster": named(
            n,
            lambda i: {
                "port": 5432,
                "vpc_security_group_ids": ["${aws_security_group.g.id}"],
                "depends_on": [f"aws_rds_cluster.r{i + 1}"] if i + 1 < n else [],
            },
        ),
        "aws_security_group": {"g": {"name": "g"}},
    },
    "services that are created one after the other": lambda n: {
        "aws_lb_target_group": {"t": {"name": "t", "target_type": "ip"}},
        "aws_lb_listener": {
            "l": {"default_action": [{"target_group_arn": "${aws_lb_target_group.t.arn}"}]}
        },
        "aws_ecs_service": named(
            n,
            lambda i: {
                "name": f"s{i}",
                "depends_on": [f"aws_ecs_service.r{i + 1}" if i + 1 < n else "aws_lb_listener.l"],
                "load_balancer": [{"target_group_arn": "${aws_lb_target_group.t.arn}"}],
            },
        ),
    },
    "unknown managed policies": lambda n: {
        "aws_iam_role_policy_attachment": named(
            n, lambda i: {"role": f"r{i}", "policy_arn": f"arn:aws:iam::aws:policy/Own{i}"}
        )
    },
    "tasks of one role": lambda n: {
        "aws_iam_role": {"r": {"name": "r", "assume_role_policy": "{}"}},
        "aws_iam_role_policy": named(n, lambda i: {"role": "${aws_iam_role.r.id}", "policy": "{}"}),
        "aws_ecs_task_definition": named(
            n,
            lambda i: {
                "family": f"f{i}",
                "execution_role_arn": "${aws_iam_role.r.arn}",
                "container_definitions": CONTAINERS,
            },
        ),
    },
    "modules": lambda n: {"module": named(n, lambda i: {"source": "./m", "name": f"g{i}"})},
}
MODULE = {
    "variable": {"name": {}},
    "resource": {"aws_cloudwatch_log_group": {"g": {"name": "${var.name}"}}},
    "output": {"arn": {"value": "${aws_cloudwatch_log_group.g.arn}"}},
}


def lines(shape: Shape, count: int) -> int:
    """Return the number of lines that one preflight executes, a line once for each iteration."""
    resources = shape(count)
    document = {"module": resources.pop("module", {}), "resource": resources}
    executed = 0

    def trace(_: FrameType, event: str, __: object) -> Callable[..., Any]:
        nonlocal executed
        executed += event == "line"
        return trace

    def whole() -> None:
        root = Loaded({"main.tf.json": document})
        preflight(
            build_configuration(root, label="", load=lambda *_: Loaded({"m.tf.json": MODULE}))
        )

    whole()
    before = sys.gettrace()
    sys.settrace(trace)
    try:
        whole()
    finally:
        sys.settrace(before)
    return executed


@pytest.mark.parametrize("name", SHAPES)
def test_twice_the_resources_are_at_most_a_little_more_than_twice_the_work(name: str) -> None:
    base, small, large = (lines(SHAPES[name], count) for count in (40, 120, 200))
    assert large - small <= 1.3 * (small - base)
