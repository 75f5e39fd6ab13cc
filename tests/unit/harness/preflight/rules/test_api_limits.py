"""The limits of AWS's APIs: one mechanism for all resource types."""

from typing import Any

import pytest

from harness.preflight.configuration import Unknown, configuration_of
from harness.preflight.engine import preflight
from harness.preflight.rules.api_limits import violation
from tests.unit.harness.preflight.sample_configuration import check, fires, silent

SERVICE = "aws_ecs_service.service"
GROUP = "aws_lb_target_group.load_balancer_targets"
BUCKET = "aws_s3_bucket_versioning.v"
CASES = [
    fires("api/limit", "aws_sqs_queue.q", lambda d: d.__setitem__(
        "aws_sqs_queue.q", {"visibility_timeout_seconds": 43201})),
    silent("api/limit", lambda d: d.__setitem__(
        "aws_sqs_queue.q", {"visibility_timeout_seconds": 43200})),
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=str)
def test_rule(case: Any) -> None:
    check(case)


def found(kind: str, **arguments: Any) -> list[str]:
    report = preflight(configuration_of({"resource": {kind: {"x": arguments}}}), disposable=False)
    return [finding.message for finding in report.findings if finding.rule == "api/limit"]


WRONG: list[tuple[str, dict[str, Any]]] = [
    ("aws_ecs_service", {"launch_type": "FARGATE_SPOT"}),
    ("aws_ecs_service", {"propagate_tags": "TASKS"}),
    ("aws_ecs_service", {"capacity_provider_strategy": [{"weight": 1001}]}),
    ("aws_ecs_cluster", {"setting": {"name": "insights", "value": "enabled"}}),
    ("aws_lb", {"load_balancer_type": "classic"}),
    ("aws_lb", {"idle_timeout": 4001}),
    ("aws_lb_target_group", {"target_type": "IP"}),
    ("aws_lb_target_group", {"port": 65536}),
    ("aws_alb_target_group", {"deregistration_delay": "3601"}),
    ("aws_lb_target_group", {"health_check": {"protocol": "HTTP2"}}),
    ("aws_lb_listener", {"default_action": [{"type": "fixed_response"}]}),
    ("aws_lb_listener_rule", {"priority": 50001}),
    ("aws_s3_bucket_versioning", {"versioning_configuration": {"status": "enabled"}}),
    ("aws_s3_bucket_ownership_controls", {"rule": {"object_ownership": "BucketOwner"}}),
    ("aws_cloudfront_distribution", {"price_class": "PriceClass_300"}),
    ("aws_cloudfront_distribution", {"origin": [{"connection_attempts": 4}]}),
    ("aws_cloudfront_distribution", {"ordered_cache_behavior": {"viewer_protocol_policy": "http"}}),
    ("aws_cloudwatch_metric_alarm", {"comparison_operator": "GreaterThan"}),
    ("aws_cloudwatch_metric_alarm", {"treat_missing_data": "ok"}),
    ("aws_cloudwatch_metric_alarm", {"alarm_actions": ["x" * 1025]}),
    ("aws_iam_role", {"max_session_duration": 43201}),
    ("aws_iam_role", {"name": "a b"}),
    ("aws_rds_cluster", {"engine": "aurora-postgres"}),
    ("aws_rds_cluster_instance", {"promotion_tier": 16}),
    ("aws_appautoscaling_target", {"service_namespace": "ECS"}),
    ("aws_kms_key", {"deletion_window_in_days": 6}),
    ("aws_dynamodb_table", {"billing_mode": "ON_DEMAND"}),
    ("aws_lambda_function", {"timeout": -1}),
    ("aws_vpc", {"instance_tenancy": "shared"}),
]


@pytest.mark.parametrize(("kind", "arguments"), WRONG, ids=str)
def test_a_value_outside_the_limits_is_found_with_the_limit_and_the_page(
    kind: str, arguments: dict[str, Any]
) -> None:
    (message,) = found(kind, **arguments)
    assert ", not " in message
    assert "https://docs.aws.amazon.com/" in message


RIGHT: list[tuple[str, dict[str, Any]]] = [
    ("aws_ecs_service", {"launch_type": "FARGATE", "propagate_tags": "SERVICE"}),
    ("aws_ecs_service", {"launch_type": "${var.type}", "propagate_tags": ""}),
    ("aws_lb_target_group", {"protocol": "http", "port": "80", "target_type": "ip"}),
    ("aws_lb_listener", {"port": "${aws_lb.x.port}", "protocol": "HTTPS"}),
    ("aws_s3_bucket_acl", {"acl": "log-delivery-write"}),
    ("aws_cloudfront_distribution", {"dynamic": {"origin": {"for_each": "${var.o}"}}}),
    ("aws_security_group_rule", {"from_port": -1, "to_port": -1, "type": "ingress"}),
    ("aws_rds_cluster", {"engine": "aurora-postgresql", "port": 5432}),
    ("aws_ecs_service", {"network_configuration": {"assign_public_ip": True}}),
    ("aws_ecs_service", {"network_configuration": {"assign_public_ip": "true"}}),
    ("aws_iam_role", {"name": "a-b_c@x.y", "max_session_duration": 0}),
    ("aws_cloudwatch_log_group", {"name": "/aws/ecs/${var.name}"}),
]


@pytest.mark.parametrize(("kind", "arguments"), RIGHT, ids=str)
def test_valid_and_unknown_values_are_not_found(kind: str, arguments: dict[str, Any]) -> None:
    assert found(kind, **arguments) == []


def test_the_contents_of_a_dynamic_block_are_checked() -> None:
    content = {
        "versioning_configuration": {"for_each": ["on"], "content": {"status": "${x.value}"}}
    }
    content["versioning_configuration"]["iterator"] = "x"
    (message,) = found("aws_s3_bucket_versioning", dynamic=content)
    assert "versioning_configuration.status is 'on'" in message


def test_the_contents_of_a_dynamic_block_are_checked_whatever_their_number() -> None:
    content = {"versioning_configuration": {"for_each": "${var.all}", "content": {"status": "on"}}}
    (message,) = found("aws_s3_bucket_versioning", dynamic=content)
    assert "versioning_configuration.status is 'on'" in message


@pytest.mark.parametrize(
    ("limit", "value", "violated"),
    [
        ({"min": 2, "max": 5}, 1, "2 to 5"),
        ({"min": 2}, 1, "at least 2"),
        ({"max": 5}, "6", " to 5"),
        ({"max": 5}, 0, ""),
        ({"max": 5}, "many", ""),
        ({"max_length": 2}, "abc", "0 to 2 characters (3)"),
        ({"items": [0, 1]}, ["a", "b"], "at most 1 items (2)"),
        ({"each": {"enum": ["A"]}}, ["A", Unknown(), "B"], "one of A"),
        (
            {"enum": [str(n) for n in range(20)]},
            "x",
            "one of 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, ...",
        ),
        ({"enum": ["A"]}, Unknown(), ""),
        ({"enum": ["A"]}, True, ""),
        ({"pattern": "[a-z]+"}, "aB", "a match of [a-z]+"),
    ],
)
def test_violations(limit: dict[str, Any], value: object, violated: str) -> None:
    assert violation(limit, value) == violated
