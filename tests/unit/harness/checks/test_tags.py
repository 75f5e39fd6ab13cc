from typing import Any

import pytest

from tests.unit.harness.checks.fake_deployment import GONE, LOWER_TAGS, UPPER_TAGS, World

FEWER = [tag for tag in UPPER_TAGS if tag["Key"] != "Project"]
FEWER_LOWER = [tag for tag in LOWER_TAGS if tag["key"] != "Project"]


@pytest.mark.parametrize(
    ("place", "value", "check"),
    [
        (("ec2.DescribeVpcs", "Vpcs", 0, "Tags"), FEWER, "network"),
        (("ec2.DescribeSubnets", "Subnets", 5, "Tags"), GONE, "network"),
        (("ec2.DescribeNatGateways", "NatGateways", 0, "Tags"), FEWER, "network"),
        (("ec2.DescribeRouteTables", "RouteTables", 2, "Tags"), FEWER, "network"),
        (("ec2.DescribeInternetGateways", "InternetGateways", 0, "Tags"), FEWER, "network"),
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
    world: World, place: tuple[Any, ...], value: Any, check: str
) -> None:
    world.change(*place, to=value)

    failures = world.failures("tags/*")

    assert list(failures) == [f"tags/{check}"]


def test_a_wrong_value_is_named_with_its_resource(world: World) -> None:
    wrong = [{"Key": "ManagedBy", "Value": "hand"}, *UPPER_TAGS[:-1]]
    world.change("ec2.DescribeVpcs", "Vpcs", 0, "Tags", to=wrong)

    assert "{'vpc-1': {'ManagedBy': 'hand'}}" in world.failures("tags/network")["tags/network"]


def test_a_load_balancer_without_tags_fails(world: World) -> None:
    world.answers["elbv2.DescribeTags"] = lambda request: {
        "TagDescriptions": [{"ResourceArn": arn, "Tags": FEWER} for arn in request["ResourceArns"]]
    }

    assert list(world.failures("tags/*")) == ["tags/load-balancer"]


def test_more_tags_than_expected_are_right(world: World) -> None:
    more = [*UPPER_TAGS, {"Key": "Name", "Value": "catalog"}]
    world.change("ec2.DescribeVpcs", "Vpcs", 0, "Tags", to=more)

    assert world.failures("tags/*") == {}


def test_a_service_without_tasks_is_compared_all_the_same(world: World) -> None:
    world.tasks = {}

    assert world.failures("tags/service-and-tasks") == {}
