import dataclasses
from typing import Any

import pytest

from stack.outputs import CatalogOutputs
from stack.tiers import ALL_TIERS, Tier, missing_tiers
from tests.unit.stack.conftest import SUFFIX, Synth
from tests.unit.stack.template import Template

KINDS = {
    Tier.NETWORK: "aws_vpc",
    Tier.STORAGE: "aws_s3_bucket",
    Tier.SECRET: "aws_secretsmanager_secret",
    Tier.ROLES: "aws_iam_role",
    Tier.DATABASE: "aws_rds_cluster",
    Tier.LOAD_BALANCER: "aws_lb",
    Tier.SERVICE: "aws_ecs_service",
    Tier.EDGE: "aws_cloudfront_distribution",
    Tier.SCALING: "aws_appautoscaling_target",
    Tier.MONITORING: "aws_cloudwatch_metric_alarm",
}


def test_the_outputs_are_the_contract(template: Template) -> None:
    assert set(template.outputs) == {field.name for field in dataclasses.fields(CatalogOutputs)}


def test_the_outputs_describe_the_deployment(template: Template) -> None:
    outputs = CatalogOutputs.from_dict(template.outputs)
    assert outputs.environment_suffix == SUFFIX
    assert outputs.region == "eu-north-1"
    assert outputs.tiers == tuple(sorted(ALL_TIERS))
    assert (outputs.aurora_port, outputs.aurora_database_name) == (5432, "catalog")


@pytest.mark.parametrize(
    ("output", "kind", "attribute"),
    [
        ("vpc_id", "aws_vpc", "id"),
        ("log_bucket_name", "aws_s3_bucket", "id"),
        ("log_group_name", "aws_cloudwatch_log_group", "name"),
        ("secret_arn", "aws_secretsmanager_secret", "arn"),
        ("secret_name", "aws_secretsmanager_secret", "name"),
        ("aurora_cluster_identifier", "aws_rds_cluster", "cluster_identifier"),
        ("aurora_cluster_arn", "aws_rds_cluster", "arn"),
        ("aurora_endpoint", "aws_rds_cluster", "endpoint"),
        ("aurora_engine_version", "aws_rds_cluster", "engine_version_actual"),
        ("alb_arn", "aws_lb", "arn"),
        ("alb_dns_name", "aws_lb", "dns_name"),
        ("listener_arn", "aws_lb_listener", "arn"),
        ("target_group_arn", "aws_lb_target_group", "arn"),
        ("ecs_cluster_name", "aws_ecs_cluster", "name"),
        ("ecs_service_name", "aws_ecs_service", "name"),
        ("task_definition_arn", "aws_ecs_task_definition", "arn"),
        ("distribution_id", "aws_cloudfront_distribution", "id"),
        ("distribution_domain_name", "aws_cloudfront_distribution", "domain_name"),
        ("scaling_resource_id", "aws_appautoscaling_target", "resource_id"),
        ("dashboard_name", "aws_cloudwatch_dashboard", "dashboard_name"),
    ],
)
def test_an_output_is_the_attribute_of_its_resource(
    template: Template, output: str, kind: str, attribute: str
) -> None:
    assert template.outputs[output] == template.resource(kind).ref(attribute)


@pytest.mark.parametrize(
    ("output", "kind", "name", "attribute"),
    [
        ("alb_security_group_id", "aws_security_group", "catalog-alb", "id"),
        ("service_security_group_id", "aws_security_group", "catalog-service", "id"),
        ("database_security_group_id", "aws_security_group", "catalog-database", "id"),
        ("execution_role_name", "aws_iam_role", "catalog-execution", "name"),
        ("task_role_name", "aws_iam_role", "catalog-task", "name"),
    ],
)
def test_an_output_is_the_attribute_of_the_resource_of_that_name(
    template: Template, output: str, kind: str, name: str, attribute: str
) -> None:
    resource = template.resource(kind, name=f"{name}-{SUFFIX}")
    assert template.outputs[output] == resource.ref(attribute)


def test_lists_among_the_outputs_are_complete(template: Template) -> None:
    alarms = template.resources("aws_cloudwatch_metric_alarm")
    assert sorted(template.outputs["alarm_names"]) == sorted(
        one.ref("alarm_name") for one in alarms
    )
    subnets = template.outputs["public_subnet_ids"] + template.outputs["private_subnet_ids"]
    assert sorted(subnets) == sorted(one.ref("id") for one in template.resources("aws_subnet"))


@pytest.mark.parametrize("tier", Tier)
def test_a_tier_is_deployed_with_what_it_needs_and_nothing_else(synth: Synth, tier: Tier) -> None:
    tiers = frozenset({tier, *missing_tiers({tier})})
    template = synth(tiers=tiers)
    assert {one for one, kind in KINDS.items() if kind in template.kinds} == tiers
    assert CatalogOutputs.from_dict(template.outputs).tiers == tuple(sorted(tiers))


def test_outputs_of_tiers_that_are_not_deployed_are_none(synth: Synth) -> None:
    template = synth(tiers=frozenset({"network", "storage", "secret"}))
    outputs = CatalogOutputs.from_dict(template.outputs)
    assert outputs.secret_name is not None
    assert (outputs.alb_arn, outputs.aurora_endpoint, outputs.alarm_names) == (None, None, ())


def test_every_resource_gets_the_default_tags(varied: Template) -> None:
    (provider,) = varied.content["provider"]["aws"]
    assert provider["default_tags"] == [
        {
            "tags": {
                "Project": "product-catalog",
                "EnvironmentSuffix": SUFFIX,
                "ManagedBy": "cdktf",
                "owner": "me",
                "expires-at": "2030-01-01T00:00:00Z",
            }
        }
    ]


def test_the_provider_has_the_region_and_nothing_of_a_target(varied: Template) -> None:
    (provider,) = varied.content["provider"]["aws"]
    assert set(provider) == {"region", "default_tags"}
    assert provider["region"] == "eu-west-1"


def test_the_provider_is_pinned(template: Template) -> None:
    assert template.content["terraform"]["required_providers"] == {
        "aws": {"source": "aws", "version": "5.100.0"}
    }


@pytest.mark.parametrize(
    ("fields", "path"),
    [({}, "catalog.tfstate"), ({"state_path": "/states/pr1.tfstate"}, "/states/pr1.tfstate")],
)
def test_the_state_is_kept_locally_without_a_bucket(
    synth: Synth, fields: dict[str, Any], path: str
) -> None:
    template = synth(tiers=frozenset({"network"}), **fields)
    assert template.content["terraform"]["backend"] == {"local": {"path": path}}


def test_the_state_bucket_can_lie_in_another_region_and_lock(varied: Template) -> None:
    assert varied.content["terraform"]["backend"]["s3"] == {
        "bucket": "states",
        "key": f"{SUFFIX}/catalog.tfstate",
        "region": "eu-central-1",
        "encrypt": True,
        "use_lockfile": True,
    }
