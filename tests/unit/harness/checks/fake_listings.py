"""Answers of the operations with which the catalogue of resources lists the deployed stack."""

from collections.abc import MutableMapping
from typing import Any

from tests.unit.harness.aws.resources.fake_account import distribution
from tests.unit.harness.checks.fake_aws import Answer


def add_listings(
    answers: MutableMapping[str, Answer],
    *,
    suffix: str,
    region: str,
    arn: str,
    tags: list[dict[str, str]],
) -> None:
    """Add the answers of the listing operations to those of a correct deployment.

    Args:
        answers: "service.Operation" -> answer.
        suffix: Its environment suffix.
        region: Its region.
        arn: ARN of a resource, with places for service and resource.
        tags: Its default tags, as most services list them.
    """
    name = f"catalog-{suffix}"
    of_vpc = {"VpcId": "vpc-1"}
    for operation, key, more in (
        ("ec2.DescribeSubnets", "Subnets", of_vpc),
        ("ec2.DescribeRouteTables", "RouteTables", of_vpc),
        ("ec2.DescribeNatGateways", "NatGateways", of_vpc),
        ("ec2.DescribeSecurityGroups", "SecurityGroups", of_vpc),
        ("ec2.DescribeInternetGateways", "InternetGateways", {"Attachments": [of_vpc]}),
        ("rds.DescribeDBClusters", "DBClusters", {"DBClusterIdentifier": name, "TagList": tags}),
        (
            "rds.DescribeDBInstances",
            "DBInstances",
            {
                "DBInstanceIdentifier": f"{name}-writer",
                "DBClusterIdentifier": name,
                "TagList": tags,
            },
        ),
        ("rds.DescribeDBSubnetGroups", "DBSubnetGroups", {"DBSubnetGroupName": name}),
        (
            "rds.DescribeDBClusterParameterGroups",
            "DBClusterParameterGroups",
            {"DBClusterParameterGroupName": name},
        ),
    ):
        _extend(answers[operation], key, more)
    secret = {
        "ARN": arn.format("secretsmanager", f"secret:catalog/{suffix}/database-AbCdEf"),
        "Name": f"catalog/{suffix}/database",
        "Tags": tags,
    }
    definition = arn.format("ecs", f"task-definition/catalog-api-{suffix}:1")
    service = arn.format("ecs", f"service/{name}/catalog-api-{suffix}")
    roles = (f"catalog-execution-{suffix}", f"catalog-task-{suffix}", "admin")
    answers.update(
        {
            "ecs.ListClusters": {"clusterArns": [arn.format("ecs", f"cluster/{name}")]},
            "ecs.ListServices": {"serviceArns": [service]},
            "ecs.ListTaskDefinitions": {"taskDefinitionArns": [definition]},
            "s3.ListBuckets": {"Buckets": [{"Name": f"catalog-logs-{suffix}-{region}"}]},
            "secretsmanager.ListSecrets": {"SecretList": [secret]},
            "iam.ListRoles": {"Roles": [_role(each) for each in roles]},
            "cloudfront.ListDistributions": distribution("", f"alb-origin-{suffix}"),
        }
    )


def _extend(answer: Any, key: str, more: dict[str, Any]) -> None:
    for item in answer[key]:
        item.update(more)


def _role(name: str) -> dict[str, str]:
    return {
        "Path": "/",
        "RoleName": name,
        "RoleId": "AROA12345678901234567",
        "Arn": f"arn:aws:iam::123456789012:role/{name}",
        "CreateDate": "2026-01-01",
    }
