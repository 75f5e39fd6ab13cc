"""What there is, with its tags: each service asked in its own way."""

from collections.abc import Mapping
from typing import Any

import pytest

from harness.aws.capability import Capability
from harness.aws.clients import Clients
from harness.aws.resources.catalog import LISTINGS
from harness.aws.resources.inventory import Inventory, take_inventory
from harness.aws.resources.resource import Kind, Resource
from tests.unit.harness.aws.resources.fake_account import NOTHING, NOW, REGION, lower, tags, upper
from tests.unit.harness.checks.fake_aws import Answer, FakeAws, RefusalError
from tests.unit.harness.teardown.test_proof import _distribution, _scaling

TAGS = tags()
ARN = "arn:aws:{}:eu-north-1:123456789012:{}"
CLUSTER = ARN.format("ecs", "cluster/catalog-pr1")
SERVICE = ARN.format("ecs", "service/catalog-pr1/catalog-api-pr1")
TASK = ARN.format("ecs", "task/catalog-pr1/1")
DEFINITION = ARN.format("ecs", "task-definition/catalog-api-pr1:1")
BALANCER = ARN.format("elasticloadbalancing", "loadbalancer/app/catalog-alb-pr1/50dc")
GROUP = ARN.format("elasticloadbalancing", "targetgroup/catalog-tg-pr1/73e2")
ROLE = {"Path": "/", "RoleId": "AROA12345678901234567", "CreateDate": NOW}
POLICY = "arn:aws:iam::123456789012:policy/catalog-pr1"


def inventory(answers: Mapping[str, Answer], **missing: str) -> Inventory:
    clients = Clients(FakeAws.answering({**NOTHING, **answers}))
    return take_inventory(clients, {Capability(key): why for key, why in missing.items()})


def found(answers: Mapping[str, Answer]) -> list[Resource]:
    seen = inventory(answers)
    assert seen.unanswered == {}
    return list(seen.resources)


def described_tags(asked: dict[str, Any]) -> dict[str, Any]:
    arns = asked["ResourceArns"]
    assert len(arns) <= 20, "AWS takes no more"
    return {"TagDescriptions": [{"ResourceArn": arn, "Tags": upper(TAGS)} for arn in arns]}


def test_every_kind_is_listed_by_its_service() -> None:
    assert {kind.service for kind in Kind} == set(LISTINGS)


def test_nothing_there_is_nothing_found() -> None:
    assert found({}) == []


@pytest.mark.parametrize(
    ("operation", "answer", "kind", "identifier"),
    [
        ("DescribeVpcs", {"Vpcs": [{"VpcId": "i-1"}]}, Kind.VPC, "i-1"),
        ("DescribeSubnets", {"Subnets": [{"SubnetId": "i-1"}]}, Kind.SUBNET, "i-1"),
        (
            "DescribeInternetGateways",
            {"InternetGateways": [{"InternetGatewayId": "i-1"}]},
            Kind.INTERNET_GATEWAY,
            "i-1",
        ),
        (
            "DescribeVpcEndpoints",
            {"VpcEndpoints": [{"VpcEndpointId": "i-1"}]},
            Kind.VPC_ENDPOINT,
            "i-1",
        ),
        (
            "DescribeRouteTables",
            {"RouteTables": [{"RouteTableId": "i-1"}]},
            Kind.ROUTE_TABLE,
            "i-1",
        ),
        (
            "DescribeSecurityGroups",
            {"SecurityGroups": [{"GroupId": "i-1", "GroupName": "catalog-alb-pr1"}]},
            Kind.SECURITY_GROUP,
            "i-1",
        ),
        ("DescribeAddresses", {"Addresses": [{"AllocationId": "i-1"}]}, Kind.ELASTIC_IP, "i-1"),
        (
            "DescribeNatGateways",
            {"NatGateways": [{"NatGatewayId": "i-1", "State": "available"}]},
            Kind.NAT_GATEWAY,
            "i-1",
        ),
    ],
)
def test_the_network_comes_with_its_tags(
    operation: str, answer: dict[str, list[dict[str, Any]]], kind: Kind, identifier: str
) -> None:
    [[item]] = answer.values()
    item["Tags"] = upper(TAGS)

    [resource] = found({f"ec2.{operation}": answer})

    assert (resource.kind, resource.identifier, resource.tags) == (kind, identifier, TAGS)


def test_what_aws_makes_with_every_vpc_is_left_to_it() -> None:
    main = {"RouteTableId": "rtb-1", "Associations": [{"Main": True}]}
    default = {"GroupId": "sg-1", "GroupName": "default", "Tags": upper(TAGS)}

    assert (
        found(
            {
                "ec2.DescribeRouteTables": {"RouteTables": [main]},
                "ec2.DescribeSecurityGroups": {"SecurityGroups": [default]},
                "ec2.DescribeNatGateways": {
                    "NatGateways": [{"NatGatewayId": "nat-1", "State": "deleted"}]
                },
            }
        )
        == []
    )


def test_interfaces_are_known_by_their_vpc() -> None:
    interface = {"NetworkInterfaceId": "eni-1", "VpcId": "vpc-1", "Description": "ELB app/x"}

    [resource] = found({"ec2.DescribeNetworkInterfaces": {"NetworkInterfaces": [interface]}})

    assert (resource.within, resource.tags) == ("vpc-1", {})


def test_load_balancers_and_target_groups_are_asked_for_their_tags_twenty_at_once() -> None:
    arns = [f"{BALANCER}{number}" for number in range(21)]
    resources = found(
        {
            "elbv2.DescribeLoadBalancers": {
                "LoadBalancers": [{"LoadBalancerArn": arn} for arn in arns]
            },
            "elbv2.DescribeTargetGroups": {"TargetGroups": [{"TargetGroupArn": GROUP}]},
            "elbv2.DescribeTags": described_tags,
        }
    )

    assert len(resources) == 22
    assert all(resource.tags == TAGS for resource in resources)


def test_a_cluster_comes_with_what_is_in_it() -> None:
    resources = found(
        {
            "ecs.ListClusters": {"clusterArns": [CLUSTER, ARN.format("ecs", "cluster/other")]},
            "ecs.DescribeClusters": lambda asked: {
                "clusters": [
                    {"clusterArn": arn, "status": "ACTIVE", "tags": lower(TAGS)}
                    for arn in asked["clusters"]
                ]
            },
            "ecs.ListServices": {"serviceArns": [SERVICE]},
            "ecs.DescribeServices": {"services": [{"serviceArn": SERVICE, "tags": lower(TAGS)}]},
            "ecs.ListTasks": {"taskArns": [TASK]},
            "ecs.DescribeTasks": {"tasks": [{"taskArn": TASK}]},
            "ecs.ListTaskDefinitionFamilies": {"families": ["catalog-api-pr1"]},
            "ecs.ListTaskDefinitions": {"taskDefinitionArns": [DEFINITION]},
            "ecs.DescribeTaskDefinition": {"tags": lower(TAGS)},
        }
    )

    assert resources == [
        Resource(Kind.ECS_CLUSTER, CLUSTER, tags=TAGS),
        Resource(Kind.ECS_SERVICE, SERVICE, tags=TAGS, within=CLUSTER),
        Resource(Kind.ECS_TASK, TASK, within=CLUSTER),
        Resource(Kind.TASK_DEFINITION, DEFINITION, tags=TAGS),
    ]


def test_an_inactive_cluster_is_only_remembered() -> None:
    cluster = {"clusterArn": CLUSTER, "status": "INACTIVE"}

    assert (
        found(
            {
                "ecs.ListClusters": {"clusterArns": [CLUSTER]},
                "ecs.DescribeClusters": {"clusters": [cluster]},
            }
        )
        == []
    )


def test_databases_are_described_with_their_tags_and_their_groups_asked_for_them() -> None:
    resources = found(
        {
            "rds.DescribeDBClusters": {
                "DBClusters": [{"DBClusterIdentifier": "catalog-pr1", "TagList": upper(TAGS)}]
            },
            "rds.DescribeDBInstances": {
                "DBInstances": [{"DBInstanceIdentifier": "catalog-pr1-writer"}]
            },
            "rds.DescribeDBSubnetGroups": {
                "DBSubnetGroups": [
                    {"DBSubnetGroupName": "catalog-pr1", "DBSubnetGroupArn": "arn"},
                    {"DBSubnetGroupName": "default", "DBSubnetGroupArn": "arn"},
                ]
            },
            "rds.ListTagsForResource": {"TagList": upper(TAGS)},
        }
    )

    assert resources == [
        Resource(Kind.DB_CLUSTER, "catalog-pr1", tags=TAGS),
        Resource(Kind.DB_INSTANCE, "catalog-pr1-writer"),
        Resource(Kind.DB_SUBNET_GROUP, "catalog-pr1", tags=TAGS),
    ]


def test_snapshots_are_those_that_somebody_made() -> None:
    aws = FakeAws.answering(dict(NOTHING))
    take_inventory(Clients(aws), {})

    assert aws.asked("rds.DescribeDBClusterSnapshots") == [{"SnapshotType": "manual"}]


class TestBuckets:
    NAME = f"catalog-logs-pr1-{REGION}"

    def buckets(self, *names: str, tagging: Answer) -> list[Resource]:
        return found(
            {
                "s3.ListBuckets": {"Buckets": [{"Name": name} for name in names]},
                "s3.GetBucketTagging": tagging,
            }
        )

    def test_those_of_this_region_come_with_their_tags(self) -> None:
        tagged = {"TagSet": upper(TAGS)}
        names = (self.NAME, "catalog-logs-pr1-us-east-1", "states")

        assert self.buckets(*names, tagging=tagged) == [Resource(Kind.BUCKET, self.NAME, tags=TAGS)]

    def test_one_without_tags_says_so_by_an_error(self) -> None:
        def none(_: object) -> dict[str, Any]:
            raise RefusalError("NoSuchTagSet")

        assert self.buckets(self.NAME, tagging=none) == [Resource(Kind.BUCKET, self.NAME)]

    def test_one_that_may_not_be_asked_leaves_the_service_unanswered(self) -> None:
        def refuse(_: object) -> dict[str, Any]:
            raise RefusalError("AccessDenied")

        seen = inventory(
            {
                "s3.ListBuckets": {"Buckets": [{"Name": self.NAME}]},
                "s3.GetBucketTagging": refuse,
            }
        )
        assert "AccessDenied" in seen.unanswered["s3"]


def test_secrets_are_found_also_when_they_are_pending_deletion() -> None:
    arn = ARN.format("secretsmanager", "secret:catalog/pr1/database-AbCdEf")
    secret = {"ARN": arn, "Name": "catalog/pr1/database", "DeletedDate": NOW, "Tags": upper(TAGS)}

    assert found({"secretsmanager.ListSecrets": {"SecretList": [secret]}}) == [
        Resource(Kind.SECRET, arn, "catalog/pr1/database", TAGS)
    ]


def test_log_groups_are_asked_for_their_tags_by_the_arn_that_stands_for_no_stream() -> None:
    arn = ARN.format("logs", "log-group:/ecs/catalog-pr1")
    answers: dict[str, Answer] = {
        "logs.DescribeLogGroups": {
            "logGroups": [{"logGroupName": "/ecs/catalog-pr1", "arn": f"{arn}:*"}]
        },
        "logs.ListTagsForResource": lambda asked: {
            "tags": TAGS if asked["resourceArn"] == arn else {}
        },
    }

    assert found(answers) == [Resource(Kind.LOG_GROUP, "/ecs/catalog-pr1", tags=TAGS)]


def test_roles_and_policies_named_like_the_stacks_are_asked_for_their_tags() -> None:
    roles = [
        {**ROLE, "RoleName": name, "Arn": f"arn:aws:iam::123456789012:role/{name}"}
        for name in ("catalog-task-pr1", "admin")
    ]
    answers: dict[str, Answer] = {
        "iam.ListRoles": {"Roles": roles},
        "iam.ListRoleTags": {"Tags": upper(TAGS)},
        "iam.ListPolicies": {"Policies": [{"PolicyName": "catalog-pr1", "Arn": POLICY}]},
        "iam.ListPolicyTags": {"Tags": upper(TAGS)},
    }

    assert found(answers) == [
        Resource(Kind.ROLE, "catalog-task-pr1", tags=TAGS),
        Resource(Kind.POLICY, POLICY, tags=TAGS),
    ]


def test_distributions_are_known_by_their_origin() -> None:
    answers: dict[str, Answer] = {
        "cloudfront.ListDistributions": _distribution("", "alb-origin-pr1"),
        "cloudfront.ListTagsForResource": {"Tags": {"Items": upper(TAGS)}},
    }

    assert found(answers) == [Resource(Kind.DISTRIBUTION, "E1", "alb-origin-pr1", TAGS)]
    assert found({"cloudfront.ListDistributions": _distribution("", "another-origin")}) == []


def test_alarms_have_tags_and_dashboards_have_none() -> None:
    alarm = {"AlarmName": "catalog-alb-5xx-pr1", "AlarmArn": "arn:aws:cloudwatch:x"}
    answers: dict[str, Answer] = {
        "cloudwatch.DescribeAlarms": {"MetricAlarms": [alarm]},
        "cloudwatch.ListTagsForResource": {"Tags": upper(TAGS)},
        "cloudwatch.ListDashboards": {"DashboardEntries": [{"DashboardName": "catalog-pr1"}]},
    }

    assert found(answers) == [
        Resource(Kind.ALARM, "catalog-alb-5xx-pr1", tags=TAGS),
        Resource(Kind.DASHBOARD, "catalog-pr1"),
    ]


def test_scalable_targets_of_other_services_are_none_of_ours() -> None:
    more = {"MinCapacity": 2, "MaxCapacity": 10, "RoleARN": ARN.format("iam", "role/x")}
    ours = _scaling(**more, ScalableTargetARN=ARN.format("application-autoscaling", "x"))
    others = {**ours, "ResourceId": "service/shop/api"}
    answers: dict[str, Answer] = {
        "application-autoscaling.DescribeScalableTargets": {"ScalableTargets": [ours, others]},
        "application-autoscaling.ListTagsForResource": {"Tags": TAGS},
    }

    assert [each.identifier for each in found(answers)] == [ours["ResourceId"]]


def test_repositories_are_asked_for_their_tags() -> None:
    repository = {"repositoryName": "catalog-api", "repositoryArn": "arn"}
    answers: dict[str, Answer] = {
        "ecr.DescribeRepositories": {"repositories": [repository]},
        "ecr.ListTagsForResource": {"tags": upper(TAGS)},
    }

    assert found(answers) == [Resource(Kind.REPOSITORY, "catalog-api", tags=TAGS)]


def test_a_service_that_does_not_answer_does_not_hide_the_others() -> None:
    def refuse(_: object) -> dict[str, Any]:
        raise RefusalError("AccessDenied")

    seen = inventory({"iam.ListRoles": refuse, "ec2.DescribeVpcs": {"Vpcs": [{"VpcId": "vpc-1"}]}})

    assert list(seen.unanswered) == ["iam"]
    assert [resource.identifier for resource in seen.resources] == ["vpc-1"]


def test_a_service_that_the_target_lacks_is_not_asked_and_named() -> None:
    seen = inventory({}, cloudfront="not in the licence")

    assert seen.not_asked == {"cloudfront": "not in the licence"}
