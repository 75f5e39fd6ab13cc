"""The seven mistakes that each stopped a real deployment: the synthesized JSON has none of them."""

from tests.unit.stack.conftest import SUFFIX, Synth
from tests.unit.stack.template import Template


def test_1_the_s3_backend_has_only_arguments_that_every_terraform_supports(synth: Synth) -> None:
    backend = synth(state_bucket="states", tiers=frozenset({"network"})).content["terraform"][
        "backend"
    ]
    assert backend == {
        "s3": {
            "bucket": "states",
            "key": f"{SUFFIX}/catalog.tfstate",
            "region": "eu-north-1",
            "encrypt": True,
        }
    }


def test_2_the_aurora_version_is_what_the_target_offers(template: Template) -> None:
    offered = template.resource("data.aws_rds_engine_version")
    version = template.resource("aws_rds_cluster")["engine_version"]
    assert version == offered.ref("version_actual")


def test_2_a_configured_version_is_used_unchanged(synth: Synth) -> None:
    template = synth(aurora_engine_version="16.8")
    assert template.resource("aws_rds_cluster")["engine_version"] == "16.8"
    assert not template.resources("data.aws_rds_engine_version")


def test_3_the_cloudfront_behaviour_has_a_cache_policy_and_no_forwarded_values(
    template: Template,
) -> None:
    distribution = template.resource("aws_cloudfront_distribution")
    behavior = distribution["default_cache_behavior"]
    assert behavior == {
        "target_origin_id": f"alb-origin-{SUFFIX}",
        "viewer_protocol_policy": "redirect-to-https",
        "allowed_methods": ["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"],
        "cached_methods": ["GET", "HEAD"],
        "compress": True,
        "cache_policy_id": "4135ea2d-6df8-44a3-9df3-4b5a84be39ad",
        "origin_request_policy_id": "216adef6-5c7f-47e4-b989-5492eafa07d3",
    }
    assert "ordered_cache_behavior" not in distribution.attributes
    assert [origin["origin_id"] for origin in distribution["origin"]] == [f"alb-origin-{SUFFIX}"]


def test_4_the_service_has_a_capacity_provider_strategy_and_no_launch_type(
    template: Template,
) -> None:
    service = template.resource("aws_ecs_service")
    assert "launch_type" not in service.attributes
    assert service["capacity_provider_strategy"] == [
        {"capacity_provider": "FARGATE_SPOT", "weight": 100, "base": 0}
    ]
    assert service["desired_count"] == 2


def test_4_the_cluster_has_the_capacity_providers_before_the_service_names_them(
    template: Template,
) -> None:
    providers = template.resource("aws_ecs_cluster_capacity_providers")
    assert providers["default_capacity_provider_strategy"] == [
        {"capacity_provider": "FARGATE_SPOT", "weight": 100, "base": 0}
    ]
    assert providers.address in template.resource("aws_ecs_service")["depends_on"]


def test_4_the_target_group_has_a_load_balancer_before_the_service_uses_it(
    template: Template,
) -> None:
    listener = template.resource("aws_lb_listener")
    assert listener.address in template.resource("aws_ecs_service")["depends_on"]


def test_5_the_lifecycle_rule_has_a_filter(template: Template) -> None:
    lifecycle = template.resource("aws_s3_bucket_lifecycle_configuration")
    assert lifecycle["bucket"] == template.resource("aws_s3_bucket").ref("id")
    assert lifecycle["rule"] == [
        {
            "id": "delete-old-logs",
            "status": "Enabled",
            "filter": [{"prefix": ""}],
            "expiration": [{"days": 30}],
            "abort_incomplete_multipart_upload": [{"days_after_initiation": 7}],
        }
    ]


def test_6_the_secret_is_deleted_at_once_and_its_name_is_of_this_environment(
    template: Template,
) -> None:
    secret = template.resource("aws_secretsmanager_secret")
    assert secret["recovery_window_in_days"] == 0
    assert SUFFIX in secret["name"]


def test_6_a_recovery_window_can_be_configured(varied: Template) -> None:
    secret = varied.resource("aws_secretsmanager_secret")
    assert secret["recovery_window_in_days"] == 7


def test_7_these_tests_read_what_terraform_reads(template: Template) -> None:
    assert template.text.lstrip().startswith("{")
    assert f"-{SUFFIX}-eu-north-1-" in template.resource("aws_s3_bucket")["bucket"]
