"""An account for proof and sweep: AWS as the test answers it, and resources to choose from."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, cast

from harness.aws.capability import Capability
from harness.aws.clients import Clients
from harness.aws.resources.inventory import Inventory, take_inventory
from harness.aws.resources.resource import Kind, Resource
from harness.targets.base import Target
from harness.teardown.sweep.removal import Outcome, remove_all
from tests.unit.harness.checks.fake_aws import Answer, FakeAws, RefusalError

REGION = "eu-north-1"
SUFFIX = "pr1"
ACCOUNT = "123456789012"
ARN = f"arn:aws:{{}}:{REGION}:{ACCOUNT}:{{}}"
NOW = datetime(2026, 6, 1, tzinfo=UTC)
PAST, FUTURE = "2026-05-31T22:00:00Z", "2026-06-01T22:00:00Z"
NOTHING: dict[str, Answer] = {
    "ec2.DescribeSubnets": {"Subnets": []},
    "ec2.DescribeRouteTables": {"RouteTables": []},
    "ec2.DescribeInternetGateways": {"InternetGateways": []},
    "ec2.DescribeVpcEndpoints": {"VpcEndpoints": []},
    "ec2.DescribeSecurityGroups": {"SecurityGroups": []},
    "ec2.DescribeAddresses": {"Addresses": []},
    "ec2.DescribeNatGateways": {"NatGateways": []},
    "ec2.DescribeVpcs": {"Vpcs": []},
    "ec2.DescribeNetworkInterfaces": {"NetworkInterfaces": []},
    "ec2.DescribeNetworkAcls": {"NetworkAcls": []},
    "ec2.DescribeVolumes": {"Volumes": []},
    "elbv2.DescribeLoadBalancers": {"LoadBalancers": []},
    "elbv2.DescribeTargetGroups": {"TargetGroups": []},
    "ecs.ListClusters": {"clusterArns": []},
    "ecs.ListServices": {"serviceArns": []},
    "ecs.ListTasks": {"taskArns": []},
    "ecs.ListTaskDefinitions": {"taskDefinitionArns": []},
    "rds.DescribeDBClusters": {"DBClusters": []},
    "rds.DescribeDBInstances": {"DBInstances": []},
    "rds.DescribeDBSubnetGroups": {"DBSubnetGroups": []},
    "rds.DescribeDBClusterParameterGroups": {"DBClusterParameterGroups": []},
    "rds.DescribeDBParameterGroups": {"DBParameterGroups": []},
    "rds.DescribeDBClusterSnapshots": {"DBClusterSnapshots": []},
    "rds.DescribeDBSnapshots": {"DBSnapshots": []},
    "secretsmanager.ListSecrets": {"SecretList": []},
    "s3.ListBuckets": {"Buckets": []},
    "cloudfront.ListDistributions": {
        "DistributionList": {"Marker": "", "MaxItems": 100, "IsTruncated": False, "Quantity": 0}
    },
    "logs.DescribeLogGroups": {"logGroups": []},
    "iam.ListRoles": {"Roles": []},
    "iam.ListPolicies": {"Policies": []},
    "cloudwatch.DescribeAlarms": {"MetricAlarms": []},
    "cloudwatch.ListDashboards": {"DashboardEntries": []},
    "application-autoscaling.DescribeScalableTargets": {"ScalableTargets": []},
    "application-autoscaling.DescribeScalingPolicies": {"ScalingPolicies": []},
    "ecr.DescribeRepositories": {"repositories": []},
    "kms.ListKeys": {"Keys": []},
    "sns.ListTopics": {"Topics": []},
}


def tags(suffix: str = SUFFIX, expires_at: str | None = PAST, **more: str) -> dict[str, str]:
    """The tags that the provider puts on a resource of a run."""
    ours = {"Project": "product-catalog", "ManagedBy": "cdktf", "EnvironmentSuffix": suffix}
    return ours | ({"expires-at": expires_at} if expires_at else {}) | more


def upper(given: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in given.items()]


def lower(given: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"key": key, "value": value} for key, value in given.items()]


def vpc(identifier: str = "vpc-1", **given: Any) -> Resource:
    return Resource(Kind.VPC, identifier, tags=tags(**given))


def inventory(answers: Mapping[str, Answer], **missing: str) -> Inventory:
    """Take an inventory of an account with these answers, and else nothing in it."""
    clients = Clients(FakeAws.answering({**NOTHING, **answers}))
    return take_inventory(clients, {Capability(key): why for key, why in missing.items()})


def listed(answers: Mapping[str, Answer]) -> list[Resource]:
    found = inventory(answers)
    assert found.errors == {}
    return list(found.resources)


def deleted(resource: Resource, answers: dict[str, Answer]) -> tuple[Outcome, FakeAws]:
    """Delete a resource; return the outcome and what was requested."""
    aws = FakeAws.answering(answers)
    [outcome] = remove_all(Clients(aws), [resource], sleep=lambda _: None)
    return outcome, aws


def gone(code: str) -> Answer:
    """Return the answer about a resource that was deleted after it had been listed."""

    def refuse(_: object) -> Mapping[str, Any]:
        raise RefusalError(code)

    return refuse


def scaling(**more: Any) -> dict[str, Any]:
    return {
        "ServiceNamespace": "ecs",
        "ResourceId": f"service/catalog-{SUFFIX}/catalog-api-{SUFFIX}",
        "ScalableDimension": "ecs:service:DesiredCount",
        "CreationTime": NOW,
        **more,
    }


def distribution(comment: str, origin: str) -> dict[str, Any]:
    answer: Any = NOTHING["cloudfront.ListDistributions"]
    behaviour = {"TargetOriginId": origin, "ViewerProtocolPolicy": "allow-all"}
    certificate: dict[str, Any] = {}
    item = {
        "Id": "E1",
        "ARN": "arn",
        "Status": "Deployed",
        "LastModifiedTime": NOW,
        "DomainName": "d1.cloudfront.net",
        "Aliases": {"Quantity": 0},
        "Origins": {"Quantity": 1, "Items": [{"Id": origin, "DomainName": "x"}]},
        "DefaultCacheBehavior": behaviour,
        "CacheBehaviors": {"Quantity": 0},
        "CustomErrorResponses": {"Quantity": 0},
        "Comment": comment,
        "PriceClass": "PriceClass_100",
        "Enabled": True,
        "ViewerCertificate": certificate,
        "Restrictions": {"GeoRestriction": {"RestrictionType": "none", "Quantity": 0}},
        "WebACLId": "",
        "HttpVersion": "http2",
        "IsIPV6Enabled": True,
        "Staging": False,
    }
    return {"DistributionList": {**answer["DistributionList"], "Items": [item]}}


class SweptTarget:
    """A target whose services return the given answers, and else nothing."""

    name = "localstack"
    region = REGION

    def __init__(self, answers: Mapping[str, Answer] | None = None) -> None:
        self.answers = {**NOTHING, **(answers or {})}
        self.lacking: dict[Capability, str] = {}
        self.aws = FakeAws.answering(self.answers)

    def session(self) -> FakeAws:
        return self.aws

    def missing(self) -> Mapping[Capability, str]:
        return self.lacking

    @property
    def as_target(self) -> Target:
        return cast(Target, self)
