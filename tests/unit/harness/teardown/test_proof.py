from collections.abc import Mapping
from typing import Any

import pytest
from botocore.exceptions import ClientError
from harness.teardown.leftover import INQUIRIES

from harness.aws.capability import Capability
from harness.core.errors import LeakError
from harness.teardown.proof import TeardownProof, prove_teardown
from tests.unit.harness.checks.fake_aws import Answer, FakeAws, RefusalError
from tests.unit.harness.checks.fake_deployment import ACCOUNT, ARN, NOW, REGION, SUFFIX

TAGS = [{"Key": "EnvironmentSuffix", "Value": SUFFIX}]
OTHER_TAGS = [{"Key": "EnvironmentSuffix", "Value": f"{SUFFIX}-2"}]
ROLE = {"Path": "/", "RoleId": "AROA12345678901234567", "CreateDate": NOW}

EMPTY: dict[str, Answer] = {
    "ec2.DescribeSubnets": {"Subnets": []},
    "ec2.DescribeRouteTables": {"RouteTables": []},
    "ec2.DescribeInternetGateways": {"InternetGateways": []},
    "ec2.DescribeVpcEndpoints": {"VpcEndpoints": []},
    "ec2.DescribeSecurityGroups": {"SecurityGroups": []},
    "ec2.DescribeAddresses": {"Addresses": []},
    "ec2.DescribeNatGateways": {"NatGateways": []},
    "ec2.DescribeVpcs": {"Vpcs": []},
    "ec2.DescribeNetworkInterfaces": {"NetworkInterfaces": []},
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
}


class Target:
    name = "fake"
    region = REGION

    def __init__(self, **answers: Any) -> None:
        self.lacking: dict[Capability, str] = {}
        self.answers = {**EMPTY, **answers}

    def session(self) -> FakeAws:
        return FakeAws.answering(self.answers)

    def missing(self) -> Mapping[Capability, str]:
        return self.lacking


def prove(**answers: Any) -> TeardownProof:
    return prove_teardown(Target(**answers), SUFFIX)  # type: ignore[arg-type]


def _scaling(**more: Any) -> dict[str, Any]:
    return {
        "ServiceNamespace": "ecs",
        "ResourceId": f"service/catalog-{SUFFIX}/catalog-api-{SUFFIX}",
        "ScalableDimension": "ecs:service:DesiredCount",
        "CreationTime": NOW,
        **more,
    }


def _distribution(comment: str, origin: str) -> dict[str, Any]:
    answer: Any = EMPTY["cloudfront.ListDistributions"]
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


ECS_CLUSTER = ARN.format("ecs", f"cluster/catalog-{SUFFIX}")
SECRET = {"ARN": ARN.format("secretsmanager", "secret:x"), "Name": f"catalog/{SUFFIX}/database"}


@pytest.mark.parametrize(
    ("operation", "answer", "service", "kind"),
    [
        ("ec2.DescribeVpcs", {"Vpcs": [{"VpcId": "vpc-1", "Tags": TAGS}]}, "ec2", "VPC"),
        (
            "ec2.DescribeSubnets",
            {"Subnets": [{"SubnetId": "subnet-1", "Tags": TAGS}]},
            "ec2",
            "subnet",
        ),
        (
            "ec2.DescribeRouteTables",
            {"RouteTables": [{"RouteTableId": "rtb-1", "Tags": TAGS}]},
            "ec2",
            "route table",
        ),
        (
            "ec2.DescribeInternetGateways",
            {"InternetGateways": [{"InternetGatewayId": "igw-1", "Tags": TAGS}]},
            "ec2",
            "internet gateway",
        ),
        (
            "ec2.DescribeVpcEndpoints",
            {"VpcEndpoints": [{"VpcEndpointId": "vpce-1", "Tags": TAGS}]},
            "ec2",
            "VPC endpoint",
        ),
        (
            "ec2.DescribeSecurityGroups",
            {"SecurityGroups": [{"GroupId": "sg-1", "GroupName": f"catalog-alb-{SUFFIX}"}]},
            "ec2",
            "security group",
        ),
        (
            "ec2.DescribeAddresses",
            {"Addresses": [{"AllocationId": "eipalloc-1", "Tags": TAGS}]},
            "ec2",
            "Elastic IP",
        ),
        (
            "ec2.DescribeNatGateways",
            {"NatGateways": [{"NatGatewayId": "nat-1", "State": "deleting", "Tags": TAGS}]},
            "ec2",
            "NAT gateway",
        ),
        (
            "ec2.DescribeNetworkInterfaces",
            {
                "NetworkInterfaces": [
                    {
                        "NetworkInterfaceId": "eni-1",
                        "Description": f"ELB app/catalog-alb-{SUFFIX}/50dc",
                    }
                ]
            },
            "ec2",
            "network interface",
        ),
        (
            "elbv2.DescribeLoadBalancers",
            {
                "LoadBalancers": [
                    {
                        "LoadBalancerArn": ARN.format(
                            "elasticloadbalancing", f"loadbalancer/app/catalog-alb-{SUFFIX}/50dc"
                        )
                    }
                ]
            },
            "elbv2",
            "load balancer",
        ),
        (
            "elbv2.DescribeTargetGroups",
            {
                "TargetGroups": [
                    {
                        "TargetGroupArn": ARN.format(
                            "elasticloadbalancing", f"targetgroup/catalog-tg-{SUFFIX}/73e2"
                        )
                    }
                ]
            },
            "elbv2",
            "target group",
        ),
        ("ecs.ListClusters", {"clusterArns": [ECS_CLUSTER]}, "ecs", "cluster"),
        (
            "ecs.ListTaskDefinitions",
            {"taskDefinitionArns": [ARN.format("ecs", f"task-definition/catalog-api-{SUFFIX}:3")]},
            "ecs",
            "task definition",
        ),
        (
            "rds.DescribeDBClusters",
            {"DBClusters": [{"DBClusterIdentifier": f"catalog-{SUFFIX}", "Status": "deleting"}]},
            "rds",
            "cluster",
        ),
        (
            "rds.DescribeDBInstances",
            {
                "DBInstances": [
                    {
                        "DBInstanceIdentifier": f"catalog-{SUFFIX}-writer",
                        "DBClusterIdentifier": f"catalog-{SUFFIX}",
                        "DBInstanceStatus": "deleting",
                    }
                ]
            },
            "rds",
            "instance",
        ),
        (
            "rds.DescribeDBSubnetGroups",
            {"DBSubnetGroups": [{"DBSubnetGroupName": f"catalog-{SUFFIX}"}]},
            "rds",
            "subnet group",
        ),
        (
            "rds.DescribeDBClusterParameterGroups",
            {"DBClusterParameterGroups": [{"DBClusterParameterGroupName": f"catalog-{SUFFIX}"}]},
            "rds",
            "cluster parameter group",
        ),
        (
            "rds.DescribeDBParameterGroups",
            {"DBParameterGroups": [{"DBParameterGroupName": f"catalog-{SUFFIX}"}]},
            "rds",
            "parameter group",
        ),
        (
            "rds.DescribeDBClusterSnapshots",
            {
                "DBClusterSnapshots": [
                    {
                        "DBClusterSnapshotIdentifier": "final",
                        "DBClusterIdentifier": f"catalog-{SUFFIX}",
                    }
                ]
            },
            "rds",
            "cluster snapshot",
        ),
        (
            "rds.DescribeDBSnapshots",
            {"DBSnapshots": [{"DBSnapshotIdentifier": f"catalog-{SUFFIX}"}]},
            "rds",
            "snapshot",
        ),
        ("secretsmanager.ListSecrets", {"SecretList": [SECRET]}, "secretsmanager", "secret"),
        (
            "s3.ListBuckets",
            {"Buckets": [{"Name": f"catalog-logs-{SUFFIX}-{REGION}"}]},
            "s3",
            "bucket",
        ),
        (
            "cloudfront.ListDistributions",
            _distribution(f"Product catalog {SUFFIX}", "origin"),
            "cloudfront",
            "distribution",
        ),
        (
            "cloudfront.ListDistributions",
            _distribution("", f"alb-origin-{SUFFIX}"),
            "cloudfront",
            "distribution",
        ),
        (
            "logs.DescribeLogGroups",
            {"logGroups": [{"logGroupName": f"/ecs/catalog-{SUFFIX}"}]},
            "logs",
            "log group",
        ),
        (
            "iam.ListRoles",
            {
                "Roles": [
                    {
                        **ROLE,
                        "RoleName": f"catalog-task-{SUFFIX}",
                        "Arn": f"arn:aws:iam::{ACCOUNT}:role/catalog-task-{SUFFIX}",
                    }
                ]
            },
            "iam",
            "role",
        ),
        (
            "iam.ListPolicies",
            {"Policies": [{"Arn": f"arn:aws:iam::{ACCOUNT}:policy/catalog-{SUFFIX}"}]},
            "iam",
            "policy",
        ),
        (
            "cloudwatch.DescribeAlarms",
            {"MetricAlarms": [{"AlarmName": f"catalog-alb-5xx-{SUFFIX}"}]},
            "cloudwatch",
            "alarm",
        ),
        (
            "cloudwatch.DescribeAlarms",
            {"CompositeAlarms": [{"AlarmName": f"catalog-any-{SUFFIX}"}]},
            "cloudwatch",
            "alarm",
        ),
        (
            "cloudwatch.ListDashboards",
            {"DashboardEntries": [{"DashboardName": f"catalog-{SUFFIX}"}]},
            "cloudwatch",
            "dashboard",
        ),
        (
            "application-autoscaling.DescribeScalableTargets",
            {
                "ScalableTargets": [
                    _scaling(MinCapacity=2, MaxCapacity=10, RoleARN=ARN.format("iam", "role/x"))
                ]
            },
            "application-autoscaling",
            "scalable target",
        ),
        (
            "application-autoscaling.DescribeScalingPolicies",
            {
                "ScalingPolicies": [
                    _scaling(
                        PolicyARN=ARN.format("autoscaling", "scalingPolicy:1"),
                        PolicyName="cpu",
                        PolicyType="TargetTrackingScaling",
                    )
                ]
            },
            "application-autoscaling",
            "scaling policy",
        ),
    ],
)
def test_each_kind_of_leftover_is_found(
    operation: str, answer: Answer, service: str, kind: str
) -> None:
    proof = prove(**{operation: answer})

    assert [(found.service, found.kind) for found in proof.leftovers] == [(service, kind)]
    with pytest.raises(LeakError, match=kind):
        proof.require_clean()


def test_services_and_tasks_of_a_left_cluster_are_found() -> None:
    proof = prove(
        **{
            "ecs.ListClusters": {"clusterArns": [ECS_CLUSTER, ARN.format("ecs", "cluster/other")]},
            "ecs.ListServices": {
                "serviceArns": [ARN.format("ecs", f"service/catalog-{SUFFIX}/catalog-api-{SUFFIX}")]
            },
            "ecs.ListTasks": {"taskArns": [ARN.format("ecs", f"task/catalog-{SUFFIX}/1")]},
        }
    )

    assert [found.kind for found in proof.leftovers] == ["cluster", "service", "task"]


def test_untagged_interfaces_are_known_by_their_vpc() -> None:
    interfaces = [
        {"NetworkInterfaceId": "eni-1", "VpcId": "vpc-1", "Description": "ecs attachment"},
        {"NetworkInterfaceId": "eni-2", "VpcId": "vpc-2", "Description": "ecs attachment"},
    ]
    proof = prove(
        **{
            "ec2.DescribeVpcs": {"Vpcs": [{"VpcId": "vpc-1", "Tags": TAGS}]},
            "ec2.DescribeNetworkInterfaces": {"NetworkInterfaces": interfaces},
        }
    )

    assert [found.identifier for found in proof.leftovers] == ["vpc-1", "eni-1"]


def test_nothing_left_is_clean() -> None:
    proof = prove()

    proof.require_clean()
    assert proof.leftovers == ()
    assert len(proof.asked) == len(INQUIRIES)
    assert str(proof) == f"11 services asked for {SUFFIX}: nothing left"


@pytest.mark.parametrize(
    ("operation", "answer"),
    [
        (
            "ec2.DescribeNatGateways",
            {"NatGateways": [{"NatGatewayId": "nat-1", "State": "deleted", "Tags": TAGS}]},
        ),
        ("ec2.DescribeVpcs", {"Vpcs": [{"VpcId": "vpc-1", "Tags": OTHER_TAGS}]}),
        ("ec2.DescribeVpcs", {"Vpcs": [{"VpcId": "vpc-1"}]}),
        (
            "ec2.DescribeSecurityGroups",
            {
                "SecurityGroups": [
                    {
                        "GroupId": "sg-1",
                        "GroupName": f"catalog-alb-{SUFFIX}",
                        "Tags": OTHER_TAGS,
                    }
                ]
            },
        ),
        ("s3.ListBuckets", {"Buckets": [{"Name": f"catalog-logs-{SUFFIX}2-{REGION}"}]}),
        ("s3.ListBuckets", {"Buckets": [{"Name": f"catalog-logs-{SUFFIX}-b-{REGION}"}]}),
        ("logs.DescribeLogGroups", {"logGroups": [{"logGroupName": f"/ecs/catalog-{SUFFIX}-b"}]}),
        ("iam.ListPolicies", {"Policies": [{"Arn": f"arn:aws:iam::1:policy/x{SUFFIX}"}]}),
    ],
    ids=[
        "a deleted NAT gateway",
        "another run's tag",
        "no tag",
        "our name but another run's tag",
        "a longer suffix",
        "a suffix that begins like ours",
        "a name that begins like ours",
        "a suffix that ends like ours",
    ],
)
def test_what_is_not_of_the_run_is_no_leftover(operation: str, answer: Answer) -> None:
    assert prove(**{operation: answer}).leftovers == ()


def test_a_secret_pending_deletion_is_left_because_it_blocks_its_name() -> None:
    proof = prove(
        **{"secretsmanager.ListSecrets": {"SecretList": [{**SECRET, "DeletedDate": NOW}]}}
    )

    [left] = proof.leftovers
    assert left.why == f"named catalog/{SUFFIX}/database; pending deletion"
    assert str(left).startswith("secretsmanager secret ")


def test_only_active_task_definitions_are_asked_for() -> None:
    target = Target()
    prove_teardown(target, SUFFIX)  # type: ignore[arg-type]

    session = FakeAws.answering(target.answers)
    prove_teardown(target, SUFFIX)  # type: ignore[arg-type]
    [asked] = session.asked("ecs.ListTaskDefinitions")
    assert asked["status"] == "ACTIVE"


def test_every_page_is_read() -> None:
    def pages(asked: dict[str, Any]) -> dict[str, Any]:
        if "nextToken" in asked:
            return {"logGroups": [{"logGroupName": f"/ecs/catalog-{SUFFIX}"}]}
        return {"logGroups": [{"logGroupName": "/ecs/other"}], "nextToken": "more"}

    assert len(prove(**{"logs.DescribeLogGroups": pages}).leftovers) == 1


def test_services_that_the_target_lacks_are_not_asked_and_named() -> None:
    target = Target()
    target.lacking = {Capability.CLOUDFRONT: "not in the licence"}
    del target.answers["cloudfront.ListDistributions"]

    proof = prove_teardown(target, SUFFIX)  # type: ignore[arg-type]

    assert proof.not_asked == {"cloudfront": "not in the licence"}
    assert "cloudfront" not in proof.asked
    assert str(proof).endswith("nothing left; not asked: cloudfront")


def test_what_goes_a_little_later_is_no_leftover() -> None:
    rounds = iter([{"SecretList": [SECRET]}, {"SecretList": []}])
    target = Target(**{"secretsmanager.ListSecrets": lambda _: next(rounds)})

    proof = prove_teardown(target, SUFFIX, patience=60.0, sleep=lambda _: None)  # type: ignore[arg-type]

    assert proof.leftovers == ()


def test_a_service_that_refuses_to_answer_proves_nothing() -> None:
    def refuse(_: dict[str, Any]) -> dict[str, Any]:
        raise RefusalError("AccessDenied")

    with pytest.raises(ClientError, match="AccessDenied"):
        prove(**{"iam.ListRoles": refuse})
