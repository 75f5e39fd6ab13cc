from datetime import UTC, datetime
from typing import Any

import pytest

from harness.aws.capability import Capability
from harness.core.errors import TargetError
from harness.preflight.configuration import configuration_of
from harness.preflight.engine import preflight
from tests.unit.harness.preflight.sample_configuration import (
    SUFFIX,
    Case,
    Draft,
    FakeTarget,
    catalog,
    check,
    fires,
    no_such,
    silent,
)

CLUSTER = "aws_rds_cluster.database_cluster"
WRITER = "aws_rds_cluster_instance.database_writer"
SECRET = "aws_secretsmanager_secret.secret_database"
EDGE = "aws_cloudfront_distribution.edge_distribution"
DATA = "data.aws_rds_engine_version.aurora"
LOG_GROUP_NAME = f"/ecs/catalog-{SUFFIX}"
VPC = "aws_vpc.network_vpc"
TASK = "aws_ecs_task_definition.service_task"
OWN_POLICY = "11111111-2222-3333-4444-555555555555"


def nothing(_: Draft) -> None:
    """Leave the configuration unchanged."""


def bucket_name(draft: Draft) -> None:
    draft["aws_s3_bucket.storage_log_bucket"]["bucket"] = "catalog-logs-pr1-a1"


def responding(**responses: Any) -> FakeTarget:
    return FakeTarget(responses)


def version(draft: Draft, text: str) -> None:
    draft[CLUSTER]["engine_version"] = text


def chosen_by_data(draft: Draft, *preferred: str) -> None:
    draft[DATA] = {"engine": "aurora-postgresql", "preferred_versions": list(preferred)}
    version(draft, "${data.aws_rds_engine_version.aurora.version_actual}")


def own_policy(draft: Draft) -> None:
    draft[EDGE]["default_cache_behavior"]["cache_policy_id"] = OWN_POLICY


def zone(draft: Draft, name: str) -> None:
    draft["aws_subnet.network_private_0"]["availability_zone"] = name
    draft["aws_subnet.network_private_1"]["availability_zone"] = "eu-north-1a"


def account(used: int, limit: int) -> FakeTarget:
    return FakeTarget(
        {
            "get_service_quota": {"Quota": {"Value": float(limit)}},
            "describe_vpcs": {"Vpcs": [{}] * used},
            "describe_addresses": {"Addresses": []},
            "describe_internet_gateways": {"InternetGateways": []},
            "describe_load_balancers": lambda **parameters: (
                {"LoadBalancers": []} if not parameters else _raise(no_such("LoadBalancerNotFound"))
            ),
            "list_distributions": {"DistributionList": {"Quantity": 0}},
            "describe_nat_gateways": {
                "NatGateways": [{"State": "available"}, {"State": "deleted"}]
            },
        },
        lacking={},
    )


def _raise(error: Exception) -> Any:
    raise error


def only_version(text: str) -> FakeTarget:
    return responding(describe_db_engine_versions={"DBEngineVersions": [{"EngineVersion": text}]})


DELETED = {"DeletedDate": datetime(2026, 1, 2, 3, 4, tzinfo=UTC), "Name": "x"}
NOT_OFFERED = "rds/engine-version-not-offered"
CLASS = "rds/instance-class-not-offered"
NO_DATA_API = {
    Capability.RDS_DATA: "not in this emulator",
    Capability.SERVICE_QUOTAS: "an emulator has no quotas",
}
NO_OPTIONS: dict[str, list[object]] = {"OrderableDBInstanceOptions": []}
CASES = [
    fires(NOT_OFFERED, CLUSTER, lambda d: version(d, "16.4"), target=FakeTarget()),
    fires(
        NOT_OFFERED,
        CLUSTER,
        nothing,
        target=only_version("17.4"),
        name="the stack's own version was retired",
    ),
    fires(
        NOT_OFFERED,
        DATA,
        lambda d: chosen_by_data(d, "16.2", "16.1"),
        target=FakeTarget(),
        name="none of the preferred",
    ),
    silent(NOT_OFFERED, lambda d: version(d, "16"), target=FakeTarget(), name="major"),
    silent(NOT_OFFERED, lambda d: chosen_by_data(d, "16.4", "16.8"), target=FakeTarget()),
    silent(NOT_OFFERED, lambda d: version(d, "${var.version}"), target=FakeTarget()),
    fires(
        CLASS,
        WRITER,
        nothing,
        target=responding(describe_orderable_db_instance_options=NO_OPTIONS),
    ),
    fires(
        CLASS,
        WRITER,
        lambda d: chosen_by_data(d, "16.4", "16.8"),
        target=responding(describe_orderable_db_instance_options=NO_OPTIONS),
        name="version from the data source",
    ),
    silent(
        CLASS,
        lambda d: version(d, "${var.version}"),
        target=responding(describe_orderable_db_instance_options=NO_OPTIONS),
    ),
    fires(
        "rds/data-api-not-supported",
        CLUSTER,
        nothing,
        target=FakeTarget(lacking=NO_DATA_API),
    ),
    fires(
        "rds/data-api-not-supported",
        CLUSTER,
        lambda d: version(d, "14.6"),
        target=only_version("14.6"),
        also={"rds/parameter-group-family"},
        name="the version",
    ),
    silent(
        "rds/data-api-not-supported",
        lambda d: d[CLUSTER].update(enable_http_endpoint=False),
        target=FakeTarget(lacking=NO_DATA_API),
    ),
    fires(
        "secretsmanager/name-taken",
        SECRET,
        nothing,
        target=responding(describe_secret=DELETED),
        name="pending deletion",
    ),
    fires(
        "secretsmanager/name-taken",
        SECRET,
        nothing,
        target=responding(describe_secret={"Name": "x"}),
        name="in use",
    ),
    silent("secretsmanager/name-taken", nothing, target=FakeTarget()),
    fires(
        "s3/bucket-name-taken",
        "aws_s3_bucket.storage_log_bucket",
        bucket_name,
        target=responding(head_bucket={}),
    ),
    silent(
        "s3/bucket-name-taken",
        bucket_name,
        target=responding(head_bucket=no_such("NoSuchBucket")),
    ),
    # The name of the stack's bucket ends with the account id, which is known only to AWS.
    silent("s3/bucket-name-taken", nothing, target=responding(head_bucket={})),
    fires(
        "elbv2/name-taken",
        "aws_lb.load_balancer_alb",
        nothing,
        target=responding(describe_load_balancers={"LoadBalancers": [{}]}),
    ),
    fires(
        "elbv2/name-taken",
        "aws_lb_target_group.load_balancer_targets",
        nothing,
        target=responding(describe_target_groups={"TargetGroups": [{}]}),
        name="target group",
    ),
    silent(
        "elbv2/name-taken",
        nothing,
        target=responding(describe_load_balancers={"LoadBalancers": []}),
    ),
    fires(
        "ecs/cluster-name-taken",
        "aws_ecs_cluster.service_cluster",
        nothing,
        target=responding(describe_clusters={"clusters": [{"status": "ACTIVE"}]}),
    ),
    silent(
        "ecs/cluster-name-taken",
        nothing,
        target=responding(describe_clusters={"clusters": [{"status": "INACTIVE"}]}),
    ),
    fires(
        "rds/identifier-taken",
        CLUSTER,
        nothing,
        target=responding(describe_db_clusters={"DBClusters": [{}]}),
    ),
    silent(
        "rds/identifier-taken", nothing, target=responding(describe_db_clusters={"DBClusters": []})
    ),
    fires(
        "iam/role-name-taken",
        "aws_iam_role.roles_task",
        nothing,
        target=responding(
            get_role=lambda **names: (
                {"Role": {}} if "task" in names["RoleName"] else _raise(no_such("NoSuchEntity"))
            )
        ),
    ),
    silent("iam/role-name-taken", nothing, target=FakeTarget()),
    fires(
        "logs/group-name-taken",
        "aws_cloudwatch_log_group.storage_log_group",
        nothing,
        target=responding(describe_log_groups={"logGroups": [{"logGroupName": LOG_GROUP_NAME}]}),
    ),
    silent(
        "logs/group-name-taken",
        nothing,
        target=responding(
            describe_log_groups={"logGroups": [{"logGroupName": f"{LOG_GROUP_NAME}-more"}]}
        ),
    ),
    fires(
        "ec2/zone-not-available",
        "aws_subnet.network_private_0",
        lambda d: zone(d, "eu-north-1f"),
        target=FakeTarget(),
    ),
    silent("ec2/zone-not-available", lambda d: zone(d, "eu-north-1b"), target=FakeTarget()),
    fires(
        "cloudfront/policy-not-found",
        EDGE,
        own_policy,
        target=responding(get_cache_policy=no_such("NoSuchCachePolicy")),
    ),
    silent(
        "cloudfront/policy-not-found", own_policy, target=responding(get_cache_policy={"ETag": "1"})
    ),
    fires(
        "ecs/image-not-found",
        "aws_ecs_task_definition.service_task",
        nothing,
        target=FakeTarget(unpullable={"catalog-api:latest": "no such image"}),
    ),
    silent("ecs/image-not-found", nothing, target=FakeTarget(), name="can be pulled"),
    fires(
        "ecs/image-not-found",
        TASK,
        lambda d: d[TASK].update(runtime_platform={"cpu_architecture": "ARM64"}),
        target=FakeTarget(unpullable={"catalog-api:latest ARM64": "it is built for amd64"}),
        name="another architecture",
    ),
    fires(
        "ecs/image-not-found",
        TASK,
        lambda d: d[TASK].pop("runtime_platform"),
        target=FakeTarget(unpullable={"catalog-api:latest X86_64": "it is built for arm64"}),
        name="the default architecture",
    ),
    silent(
        "ecs/image-not-found",
        lambda d: d[TASK].update(runtime_platform={"cpu_architecture": "ARM64"}),
        target=FakeTarget(unpullable={"catalog-api:latest X86_64": "it is built for arm64"}),
        name="for the architecture of the task",
    ),
    silent(
        "ecs/image-not-found",
        lambda d: d.containers(lambda all_: all_[0].update(image="${var.image}")),
        target=FakeTarget(unpullable={"${var.image}": "no such image"}),
        name="not known before apply",
    ),
    fires(
        "account/quota-exceeded", "aws_vpc.network_vpc", nothing, target=account(used=5, limit=5)
    ),
    silent("account/quota-exceeded", nothing, target=account(used=4, limit=5)),
    silent("account/quota-exceeded", nothing, target=FakeTarget(), name="emulator"),
]


def test_an_image_that_cannot_be_looked_up_is_noted_and_hides_no_other() -> None:
    draft = catalog()
    draft.containers(
        lambda all_: all_.extend({"name": name, "image": name} for name in ("a", "b", "c"))
    )
    elsewhere = TargetError("a is not in the registry of account 111122223333")
    target = FakeTarget(unpullable={"a": elsewhere, "b": "no such image"})

    report = preflight(configuration_of(draft.document), target=target)

    (found,) = [each for each in report.findings if each.rule == "ecs/image-not-found"]
    assert found.message == "image b: no such image"
    assert f"ecs/image-not-found: not looked up: {elsewhere.message}" in report.notes


@pytest.mark.parametrize("case", CASES, ids=str)
def test_rule(case: Case) -> None:
    check(case)
