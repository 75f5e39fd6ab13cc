"""The exact names are those that the stack gives its resources, no more and no less."""

import pytest

from harness.aws.resources.resource import Kind
from harness.catalog.names import physical_names, state_key
from stack.config import StackConfig
from tests.unit.stack.template import Template, synthesize

SUFFIX, REGION = "dev1", "eu-north-1"
NAMES = physical_names(SUFFIX, REGION)
# Terraform's type -> the argument with the name.
NAMED = {
    Kind.ECS_SERVICE: ("aws_ecs_service", "name"),
    Kind.TASK_DEFINITION: ("aws_ecs_task_definition", "family"),
    Kind.ECS_CLUSTER: ("aws_ecs_cluster", "name"),
    Kind.LOAD_BALANCER: ("aws_lb", "name"),
    Kind.TARGET_GROUP: ("aws_lb_target_group", "name"),
    Kind.DB_INSTANCE: ("aws_rds_cluster_instance", "identifier"),
    Kind.DB_CLUSTER: ("aws_rds_cluster", "cluster_identifier"),
    Kind.DB_SUBNET_GROUP: ("aws_db_subnet_group", "name"),
    Kind.DB_CLUSTER_PARAMETERS: ("aws_rds_cluster_parameter_group", "name"),
    Kind.SECRET: ("aws_secretsmanager_secret", "name"),
    Kind.ALARM: ("aws_cloudwatch_metric_alarm", "alarm_name"),
    Kind.DASHBOARD: ("aws_cloudwatch_dashboard", "dashboard_name"),
    Kind.LOG_GROUP: ("aws_cloudwatch_log_group", "name"),
    Kind.ROLE: ("aws_iam_role", "name"),
    Kind.BUCKET: ("aws_s3_bucket", "bucket"),
    Kind.SECURITY_GROUP: ("aws_security_group", "name"),
}
INSIGHTS = f"/aws/ecs/containerinsights/catalog-{SUFFIX}/performance"
SCALED = f"service/catalog-{SUFFIX}/catalog-api-{SUFFIX}"


@pytest.fixture(scope="module")
def largest(tmp_path_factory: pytest.TempPathFactory) -> Template:
    """The stack with the most resources that its rules allow."""
    config = StackConfig(
        environment_suffix=SUFFIX,
        region=REGION,
        availability_zone_count=3,
        nat_gateway_count=3,
        aurora_reader_count=15,
    )
    return synthesize(config, tmp_path_factory.mktemp("cdktf"))


@pytest.mark.parametrize("kind", NAMED)
def test_the_names_are_those_of_the_largest_stack(largest: Template, kind: Kind) -> None:
    type_, argument = NAMED[kind]
    # A bucket ends with the account id, which the listing leaves out of its name.
    names = {str(resource[argument]).partition("-${")[0] for resource in largest.resources(type_)}

    assert NAMES[kind] - {SCALED, INSIGHTS} == names


def test_a_distribution_is_named_by_its_origin(largest: Template) -> None:
    [origin] = largest.resource("aws_cloudfront_distribution")["origin"]

    assert NAMES[Kind.DISTRIBUTION] == {origin["origin_id"]}


def test_what_scales_is_named_by_what_is_scaled() -> None:
    kinds = (Kind.SCALING_POLICY, Kind.SCALABLE_TARGET)

    assert all(NAMES[kind] == {SCALED} for kind in kinds)
    assert SCALED in NAMES[Kind.ALARM]


def test_snapshots_are_named_by_the_cluster() -> None:
    assert NAMES[Kind.DB_CLUSTER_SNAPSHOT] == NAMES[Kind.DB_CLUSTER]


def test_every_other_kind_has_no_derived_name() -> None:
    more = {*(Kind.DISTRIBUTION, Kind.SCALING_POLICY, Kind.SCALABLE_TARGET)}

    assert set(NAMES) == set(NAMED) | more | {Kind.DB_CLUSTER_SNAPSHOT}


def test_two_suffixes_share_no_name() -> None:
    others = physical_names(f"{SUFFIX}2", REGION)

    assert not [kind for kind in NAMES if NAMES[kind] & others[kind]]


def test_every_environment_has_a_state_of_its_own() -> None:
    assert state_key(SUFFIX) == "dev1/catalog.tfstate"
