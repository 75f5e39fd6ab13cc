"""Errors of the embedded cloud and Terraform are explained by the rule that preflight reports.

The mistakes are deployed together without preflight; Terraform reports every one.
"""

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import platformdirs
import pytest

from harness.catalog.configuration import LOCAL_IMAGE
from harness.deploy.workspace import Tools, find_tools
from harness.preflight.configuration import configuration_of
from harness.preflight.engine import preflight
from harness.preflight.explanation import explain
from harness.preflight.terraform_version import TerraformVersion
from harness.targets.base import Target
from harness.targets.embedded import EmbeddedTarget
from harness.terraform.aws_error_parsing import parse_aws_error
from harness.terraform.cli_config import write_cli_config
from harness.terraform.errors import TerraformError
from harness.terraform.events import Diagnostic
from harness.terraform.working_directory import WorkingDirectory
from tests.benchmarks.preflight import terraform_validate

pytest.importorskip("ministack")

TRUST = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"Service": "ecs-tasks.amazonaws.com"},
                "Action": "sts:AssumeRole",
            }
        ],
    }
)


@dataclass(frozen=True)
class Mistake:
    """One invalid resource, and the rule that reports it."""

    address: str
    rule: str
    arguments: dict[str, Any]


def bucket(**arguments: Any) -> dict[str, Any]:
    return {"force_destroy": True, **arguments}


def cluster(**arguments: Any) -> dict[str, Any]:
    return {
        "engine": "aurora-postgresql",
        "master_username": "catalog",
        "master_password": "a-good-one-1",
        "skip_final_snapshot": True,
        **arguments,
    }


def task(container: dict[str, Any]) -> dict[str, Any]:
    return {
        "family": "api",
        "network_mode": "awsvpc",
        "requires_compatibilities": ["FARGATE"],
        "cpu": "256",
        "memory": "512",
        "container_definitions": json.dumps([{"name": "api", **container}]),
    }


def policy(*statements: dict[str, Any]) -> dict[str, Any]:
    document = {"Version": "2012-10-17", "Statement": list(statements)}
    return {"name": "read", "policy": json.dumps(document)}


# What is in the cloud already, made before Terraform runs.
TAKEN = "taken"
PENDING = "pending"
# Rejected by the provider, in a plan.
PLANNED = [
    Mistake("aws_lb.a", "elbv2/load-balancer-name", {"name": "a" * 33, "subnets": ["s", "t"]}),
    Mistake("aws_lb.b", "elbv2/load-balancer-name", {"name": "a_b", "subnets": ["s", "t"]}),
    Mistake(
        "aws_lb_target_group.a",
        "elbv2/target-group-name",
        {"name": "a-", "port": 80, "protocol": "HTTP", "vpc_id": "vpc-1"},
    ),
    Mistake("aws_vpc.a", "ec2/invalid-cidr", {"cidr_block": "10.0.0.0/8"}),
    Mistake("aws_vpc.b", "ec2/invalid-cidr", {"cidr_block": "10.0.0.1/16"}),
    Mistake("aws_security_group.a", "ec2/security-group-name", {"name": "sg-api", "vpc_id": "v"}),
    Mistake("aws_rds_cluster.a", "rds/identifier", cluster(cluster_identifier="A")),
    Mistake(
        "aws_rds_cluster.b",
        "rds/backup-retention",
        cluster(cluster_identifier="b", backup_retention_period=36),
    ),
    Mistake("aws_iam_role.a", "api/limit", {"name": "a" * 65, "assume_role_policy": TRUST}),
    Mistake("aws_iam_policy.a", "iam/malformed-policy", {"name": "a", "policy": "{"}),
    Mistake("aws_cloudwatch_log_group.a", "api/limit", {"name": "a:b"}),
    Mistake("aws_cloudwatch_log_group.b", "logs/retention", {"name": "b", "retention_in_days": 10}),
    Mistake(
        "aws_secretsmanager_secret.a",
        "secretsmanager/secret-name",
        {"name": "a b", "recovery_window_in_days": 0},
    ),
    Mistake(
        "aws_ecs_task_definition.a",
        "ecs/container-definitions",
        {"family": "a", "container_definitions": "[{'name': 'a'}]"},
    ),
    Mistake(
        "aws_cloudwatch_dashboard.a",
        "api/document",
        {"dashboard_name": "a", "dashboard_body": "{"},
    ),
]
# Rejected by the cloud, or by the provider when it creates the resource.
APPLIED = [
    Mistake(
        "aws_rds_cluster.version",
        "rds/engine-version-not-offered",
        cluster(cluster_identifier="version", engine_version="15.3"),
    ),
    Mistake("aws_rds_cluster.taken", "rds/identifier-taken", cluster(cluster_identifier=TAKEN)),
    Mistake(
        "aws_ecs_service.both",
        "ecs/launch-type-with-capacity-provider-strategy",
        {
            "name": "both",
            "cluster": "${aws_ecs_cluster.main.id}",
            "task_definition": "${aws_ecs_task_definition.good.arn}",
            "desired_count": 0,
            "launch_type": "FARGATE",
            "capacity_provider_strategy": [{"capacity_provider": "FARGATE_SPOT", "weight": 100}],
            "network_configuration": {"subnets": ["subnet-1"]},
            "depends_on": ["aws_ecs_cluster_capacity_providers.main"],
        },
    ),
    Mistake(
        "aws_secretsmanager_secret.pending",
        "secretsmanager/name-taken",
        {"name": PENDING, "recovery_window_in_days": 0},
    ),
    Mistake(
        "aws_secretsmanager_secret.taken",
        "secretsmanager/name-taken",
        {"name": TAKEN, "recovery_window_in_days": 0},
    ),
    Mistake("aws_s3_bucket.name", "s3/bucket-name", bucket(bucket="Bad_Name")),
    Mistake("aws_s3_bucket.address", "s3/bucket-name", bucket(bucket="10.0.0.1")),
    Mistake("aws_s3_bucket.taken", "s3/bucket-name-taken", bucket(bucket="taken-bucket")),
    Mistake(
        "aws_iam_role.taken", "iam/role-name-taken", {"name": TAKEN, "assume_role_policy": TRUST}
    ),
    Mistake(
        "aws_iam_policy.resource",
        "iam/malformed-policy",
        policy({"Effect": "Allow", "Action": "s3:*"}),
    ),
    Mistake("aws_cloudwatch_log_group.taken", "logs/group-name-taken", {"name": TAKEN}),
    Mistake("aws_ecs_task_definition.image", "ecs/container-definitions", task({})),
    Mistake(
        "aws_lb_target_group.taken",
        "elbv2/name-taken",
        {
            "name": TAKEN,
            "port": 80,
            "protocol": "HTTP",
            "target_type": "ip",
            "vpc_id": "${aws_vpc.main.id}",
        },
    ),
]
GOOD: dict[str, Any] = {
    "aws_vpc": {"main": {"cidr_block": "10.0.0.0/16"}},
    "aws_ecs_cluster": {"main": {"name": "main"}},
    "aws_ecs_cluster_capacity_providers": {
        "main": {
            "cluster_name": "${aws_ecs_cluster.main.name}",
            "capacity_providers": ["FARGATE_SPOT"],
        }
    },
    "aws_ecs_task_definition": {"good": task({"image": LOCAL_IMAGE})},
}


def document(mistakes: list[Mistake], good: dict[str, Any]) -> dict[str, Any]:
    resources = {kind: dict(named) for kind, named in good.items()}
    for mistake in mistakes:
        kind, name = mistake.address.split(".")
        resources.setdefault(kind, {})[name] = mistake.arguments
    return {
        "terraform": {"required_providers": {"aws": {"source": "aws", "version": "5.100.0"}}},
        "provider": {"aws": {"region": "eu-north-1"}},
        "resource": resources,
    }


@pytest.fixture(scope="module")
def cloud(embedded_only: None) -> Iterator[Target]:
    target = EmbeddedTarget(region="eu-north-1", owner_pid=os.getpid())
    target.start()
    try:
        occupy_names(target)
        yield target
    finally:
        target.stop()


def occupy_names(target: Target) -> None:
    session = target.session()
    secrets = session.client("secretsmanager")
    for name in (TAKEN, PENDING):
        secrets.create_secret(Name=name, SecretString="{}")
    secrets.delete_secret(SecretId=PENDING, RecoveryWindowInDays=7)
    session.client("logs").create_log_group(logGroupName=TAKEN)
    session.client("iam").create_role(RoleName=TAKEN, AssumeRolePolicyDocument=TRUST)
    session.client("s3").create_bucket(
        Bucket="taken-bucket", CreateBucketConfiguration={"LocationConstraint": "eu-north-1"}
    )
    session.client("rds").create_db_cluster(
        DBClusterIdentifier=TAKEN,
        Engine="aurora-postgresql",
        MasterUsername="catalog",
        MasterUserPassword="a-good-one-1",
    )
    vpc = session.client("ec2").create_vpc(CidrBlock="10.9.0.0/16")["Vpc"]["VpcId"]
    session.client("elbv2").create_target_group(Name=TAKEN, Protocol="HTTP", Port=80, VpcId=vpc)


@pytest.fixture(scope="module")
def tools() -> Tools:
    return find_tools(None, None)


@pytest.fixture
def workspace(tmp_path: Path, cloud: Target, tools: Tools) -> WorkingDirectory:
    cache = platformdirs.user_cache_path("catalog-harness") / "providers"
    cli_config = write_cli_config(
        tools.provider, tmp_path / "cli", registry=tools.terraform.registry, cache=cache
    )
    return WorkingDirectory(
        tmp_path / "work", tools.terraform, environment=cloud.environment(), cli_config=cli_config
    )


def explained(diagnostics: tuple[Diagnostic, ...]) -> dict[str, set[str]]:
    """Return address -> rules that explain the errors."""
    rules: dict[str, set[str]] = {}
    for diagnostic in diagnostics:
        text = f"{diagnostic.summary}\n{diagnostic.detail}"
        aws = parse_aws_error(text)
        rule = explain(aws.code, aws.message) if aws else explain("", text)
        rules.setdefault(diagnostic.address, set()).add(rule.id if rule else text)
    return rules


def preflight_rules(configuration: dict[str, Any], cloud: Target, tools: Tools) -> dict[str, Any]:
    """Return address -> rules of the blockers."""
    version = TerraformVersion(tools.terraform.version, tools.terraform.product)
    report = preflight(configuration_of(configuration), target=cloud, terraform=version)
    rules: dict[str, set[str]] = {}
    for finding in report.blockers:
        rules.setdefault(finding.address, set()).add(finding.rule)
    return rules


def test_what_the_provider_rejects_in_a_plan_is_what_preflight_finds(
    cloud: Target, tools: Tools, workspace: WorkingDirectory
) -> None:
    configuration = document(PLANNED, {})
    expected = {mistake.address: {mistake.rule} for mistake in PLANNED}
    assert preflight_rules(configuration, cloud, tools) == expected

    workspace.write(configuration, provider=cloud.provider())
    workspace.init()
    with pytest.raises(TerraformError) as raised:
        workspace.plan()
    assert explained(raised.value.diagnostics) == expected


def test_what_the_cloud_rejects_is_what_preflight_finds(
    cloud: Target, tools: Tools, workspace: WorkingDirectory
) -> None:
    configuration = document(APPLIED, GOOD)
    expected = {mistake.address: {mistake.rule} for mistake in APPLIED}
    assert preflight_rules(configuration, cloud, tools) == expected

    workspace.write(configuration, provider=cloud.provider())
    workspace.init()
    with pytest.raises(TerraformError) as raised:
        workspace.apply()
    workspace.destroy()
    assert explained(raised.value.diagnostics) == expected


def test_a_backend_argument_that_terraform_rejects_is_what_preflight_finds(
    cloud: Target, tools: Tools, workspace: WorkingDirectory
) -> None:
    backend = {"bucket": "b", "key": "k", "region": "eu-north-1", "lock_table": "locks"}
    configuration = {"terraform": {"backend": {"s3": backend}}}
    expected = "terraform/unknown-backend-argument"
    assert preflight_rules(configuration, cloud, tools) == {
        "terraform.backend.s3.lock_table": {expected}
    }

    workspace.write(configuration)
    with pytest.raises(TerraformError) as raised:
        workspace.init()
    assert set.union(*explained(raised.value.diagnostics).values()) == {expected}


def test_what_stops_destroy_is_what_preflight_finds(
    cloud: Target, tools: Tools, workspace: WorkingDirectory
) -> None:
    expected = {
        "aws_s3_bucket.full": {"s3/bucket-without-force-destroy"},
        "aws_ecr_repository.full": {"ecr/repository-without-force-delete"},
    }
    configuration = document(
        [
            Mistake("aws_s3_bucket.full", "", {"bucket": "full-bucket"}),
            Mistake("aws_ecr_repository.full", "", {"name": "full"}),
        ],
        {},
    )
    assert preflight_rules(configuration, cloud, tools) == expected

    workspace.write(configuration, provider=cloud.provider())
    workspace.init()
    workspace.apply()
    cloud.session().client("s3").put_object(Bucket="full-bucket", Key="log", Body=b"x")
    cloud.session().client("ecr").put_image(
        repositoryName="full", imageManifest='{"schemaVersion": 2}', imageTag="1"
    )
    with pytest.raises(TerraformError) as raised:
        workspace.destroy()
    # Terraform does not report at which resource a destroy stopped.
    assert set.union(*explained(raised.value.diagnostics).values()) == set.union(*expected.values())


def test_a_lifecycle_rule_without_filter_is_a_warning_of_terraform(
    cloud: Target, tools: Tools, tmp_path: Path
) -> None:
    rule = {"id": "old", "status": "Enabled", "expiration": [{"days": 30}]}
    address = "aws_s3_bucket_lifecycle_configuration.logs"
    configuration = document([Mistake(address, "", {"bucket": "logs", "rule": [rule]})], {})
    expected = "s3/lifecycle-rule-without-filter"
    (finding,) = preflight(configuration_of(configuration), target=cloud).warnings
    assert (finding.rule, finding.address) == (expected, address)

    (tmp_path / "cdk.tf.json").write_text(json.dumps(configuration))
    with terraform_validate(tools, tmp_path) as validate:
        reported = validate(tmp_path)
    rules = [explain("", text.removeprefix("warning ")) for text in reported]
    assert [rule.id for rule in rules if rule] == [expected]
