from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from harness.aws.clients import Clients
from harness.aws.resources.inventory import RESOURCE_TYPES
from harness.aws.resources.resource import Kind, Resource
from harness.checks.registry import run_checks
from harness.run.evidence import Status
from tests.unit.harness.checks.fake_deployment import (
    GONE,
    LOWER_TAGS,
    PASSWORD,
    UPPER_TAGS,
    FakeDeployment,
)

VPC, IGW = {"VpcId": "vpc-1"}, {"InternetGatewayId": "igw-1"}
FEWER = [tag for tag in UPPER_TAGS if tag["Key"] != "Project"]
FEWER_LOWER = [tag for tag in LOWER_TAGS if tag["key"] != "Project"]


@pytest.mark.parametrize(
    ("place", "value", "check"),
    [
        (("ec2.DescribeVpcs", "Vpcs", VPC, "Tags"), FEWER, "network"),
        (("ec2.DescribeSubnets", "Subnets", 5, "Tags"), GONE, "network"),
        (("ec2.DescribeNatGateways", "NatGateways", 0, "Tags"), FEWER, "network"),
        (("ec2.DescribeRouteTables", "RouteTables", 2, "Tags"), FEWER, "network"),
        (
            (
                "ec2.DescribeInternetGateways",
                "InternetGateways",
                {"InternetGatewayId": "igw-1"},
                "Tags",
            ),
            FEWER,
            "network",
        ),
        (("ec2.DescribeAddresses", "Addresses", 0, "Tags"), FEWER, "network"),
        (("ec2.DescribeSecurityGroups", "SecurityGroups", 2, "Tags"), FEWER, "network"),
        (("ecs.DescribeClusters", "clusters", 0, "tags"), FEWER_LOWER, "service-and-tasks"),
        (("ecs.DescribeTaskDefinition", "tags"), GONE, "service-and-tasks"),
        (("rds.ListTagsForResource", "TagList"), FEWER, "database"),
        (("rds.DescribeDBClusters", "DBClusters", 0, "TagList"), FEWER, "database"),
        (("rds.DescribeDBSubnetGroups", "DBSubnetGroups"), [], "database"),
        (("rds.DescribeDBInstances", "DBInstances", 0, "TagList"), FEWER, "database"),
        (("s3.GetBucketTagging", "TagSet"), FEWER, "log-bucket"),
        (("logs.ListTagsForResource", "tags"), {}, "log-group"),
        (("logs.DescribeLogGroups", "logGroups"), [], "log-group"),
        (("secretsmanager.ListSecrets", "SecretList", 0, "Tags"), FEWER, "secret"),
        (("secretsmanager.ListSecrets", "SecretList"), [], "secret"),
        (("iam.ListRoleTags", "Tags"), FEWER, "roles"),
        (("cloudfront.ListTagsForResource", "Tags", "Items"), FEWER, "distribution"),
        (("cloudwatch.ListTagsForResource", "Tags"), FEWER, "alarms"),
        (("application-autoscaling.ListTagsForResource", "Tags"), {"Team": "shop"}, "scaling"),
    ],
)
def test_a_missing_tag_fails_its_service_alone(
    fake_deployment: FakeDeployment, place: tuple[Any, ...], value: Any, check: str
) -> None:
    fake_deployment.change(*place, to=value)

    failures = fake_deployment.failures("tags/*")

    assert list(failures) == [f"tags/{check}"]


def test_a_wrong_value_is_named_with_its_resource(fake_deployment: FakeDeployment) -> None:
    wrong = [{"Key": "ManagedBy", "Value": "hand"}, *UPPER_TAGS[:-1]]
    fake_deployment.change("ec2.DescribeVpcs", "Vpcs", VPC, "Tags", to=wrong)

    assert (
        "{'vpc-1': {'ManagedBy': 'hand'}}"
        in fake_deployment.failures("tags/network")["tags/network"]
    )


def test_a_load_balancer_without_tags_fails(fake_deployment: FakeDeployment) -> None:
    fake_deployment.answers["elbv2.DescribeTags"] = lambda request: {
        "TagDescriptions": [{"ResourceArn": arn, "Tags": FEWER} for arn in request["ResourceArns"]]
    }

    assert list(fake_deployment.failures("tags/*")) == ["tags/load-balancer"]


def test_more_tags_than_expected_are_right(fake_deployment: FakeDeployment) -> None:
    more = [*UPPER_TAGS, {"Key": "Name", "Value": "catalog"}]
    fake_deployment.change("ec2.DescribeVpcs", "Vpcs", VPC, "Tags", to=more)

    assert fake_deployment.failures("tags/*") == {}


def test_a_service_without_tasks_is_compared_all_the_same(fake_deployment: FakeDeployment) -> None:
    fake_deployment.tasks = {}

    assert fake_deployment.failures("tags/service-and-tasks") == {}


@pytest.mark.parametrize(
    ("operation", "check"),
    [("iam.ListRoleTags", "tags/roles"), ("rds.ListTagsForResource", "tags/database")],
)
def test_tags_that_cannot_be_read_are_a_failure(
    fake_deployment: FakeDeployment, operation: str, check: str
) -> None:
    fake_deployment.refuse(operation, "AccessDenied")

    [result] = run_checks(fake_deployment.context(), only=[check])

    assert result.status is Status.FAILED
    assert "tags that can be read" in result.observed


def test_a_secret_that_is_listed_late_is_waited_for(fake_deployment: FakeDeployment) -> None:
    listed = fake_deployment.answers["secretsmanager.ListSecrets"]
    answers: Iterator[dict[str, Any]] = iter([{"SecretList": []}])
    fake_deployment.aws.answers["secretsmanager.ListSecrets"] = lambda request: (
        next(answers, None) or (listed(request) if callable(listed) else listed)
    )

    assert fake_deployment.failures("tags/secret", patience=60.0) == {}


@pytest.mark.parametrize(
    ("place", "check"),
    [
        (("ec2.DescribeVpcs", "Vpcs", VPC, "Tags"), "network"),
        (("cloudwatch.ListTagsForResource", "Tags"), "alarms"),
        (("secretsmanager.ListSecrets", "SecretList", 0, "Tags"), "secret"),
    ],
)
def test_the_password_in_a_tag_fails(
    fake_deployment: FakeDeployment, place: Any, check: str
) -> None:
    tags = [*UPPER_TAGS, {"Key": "note", "Value": f"db:{PASSWORD}"}]
    fake_deployment.change(*place, to=tags)

    failures = fake_deployment.failures("tags/*")

    assert list(failures) == [f"tags/{check}"]
    assert PASSWORD not in failures[f"tags/{check}"]


def test_without_a_readable_secret_tags_are_compared_all_the_same(
    fake_deployment: FakeDeployment,
) -> None:
    fake_deployment.refuse("secretsmanager.GetSecretValue", "ResourceNotFoundException")

    assert not fake_deployment.failures("tags/*")


def test_the_tags_of_tasks_that_are_late_are_waited_for(
    fake_deployment: FakeDeployment, monkeypatch: pytest.MonkeyPatch
) -> None:
    """``--aws-delays``: at first, tasks are described without tags."""
    listed = RESOURCE_TYPES[Kind.ECS_TASK].list
    early = iter([True])

    def list_tasks(clients: Clients) -> list[Resource]:
        found = list(listed(clients))
        return [replace(each, tags={}) for each in found] if next(early, False) else found

    tasks = replace(RESOURCE_TYPES[Kind.ECS_TASK], list=list_tasks)
    types = {**RESOURCE_TYPES, Kind.ECS_TASK: tasks}
    monkeypatch.setattr("harness.checks.tags.RESOURCE_TYPES", types)

    assert fake_deployment.failures("tags/service-and-tasks", patience=5.0) == {}
    assert next(early, None) is None
