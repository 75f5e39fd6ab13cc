"""The teardown proof: what counts as left, and what does not."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import pytest
from botocore.exceptions import ClientError

from harness.aws.capability import Capability
from harness.aws.resources.ownership import Ownership
from harness.aws.resources.resource import Kind
from harness.catalog.names import physical_names
from harness.core.errors import LeakError
from harness.teardown.proof import TeardownProof, prove_teardown
from tests.unit.harness.aws.resources.fake_account import (
    ACCOUNT,
    ARN,
    NOW,
    REGION,
    SUFFIX,
    SweptTarget,
    distribution,
    scaling,
    tags,
    upper,
)
from tests.unit.harness.checks.fake_aws import Answer, RefusalError

TAGS = upper(tags())
OTHER_TAGS = upper(tags(f"{SUFFIX}-2"))
ARN_OF_OTHER = f"arn:aws:iam::{ACCOUNT}:role/other"
ROLE = {"Path": "/", "RoleId": "AROA12345678901234567", "CreateDate": NOW}
RUN = Ownership(SUFFIX, physical_names(SUFFIX, REGION))

# The operations that return the tags of resources listed without them: none, by default.
UNTAGGED: dict[str, Answer] = {
    "application-autoscaling.ListTagsForResource": {"Tags": {}},
    "cloudfront.ListTagsForResource": {"Tags": {"Items": []}},
    "cloudwatch.ListTagsForResource": {"Tags": []},
    "ecr.ListTagsForResource": {"tags": []},
    "ecs.DescribeTaskDefinition": {"tags": []},
    "elbv2.DescribeListeners": {"Listeners": []},
    "elbv2.DescribeTags": lambda request: {
        "TagDescriptions": [{"ResourceArn": arn} for arn in request["ResourceArns"]]
    },
    "iam.ListPolicyTags": {"Tags": []},
    "iam.ListRoleTags": {"Tags": []},
    "logs.ListTagsForResource": {"tags": {}},
    "rds.ListTagsForResource": {"TagList": []},
    "s3.GetBucketTagging": {"TagSet": []},
}


def prove(answers: Mapping[str, Answer], run: Ownership = RUN) -> TeardownProof:
    return prove_teardown(SweptTarget({**UNTAGGED, **answers}).as_target, run)


ECS_CLUSTER = ARN.format("ecs", f"cluster/catalog-{SUFFIX}")
CLUSTER: dict[str, Answer] = {
    "ecs.ListClusters": {"clusterArns": [ECS_CLUSTER]},
    "ecs.DescribeClusters": {"clusters": [{"clusterArn": ECS_CLUSTER, "status": "ACTIVE"}]},
}
SECRET = {"ARN": ARN.format("secretsmanager", "secret:x"), "Name": f"catalog/{SUFFIX}/database"}
ALARM = {"AlarmArn": ARN.format("cloudwatch", "alarm:x")}
POLICY = f"arn:aws:iam::{ACCOUNT}:policy/x"

FOUND: list[tuple[dict[str, Answer], Kind]] = [
    ({"ec2.DescribeVpcs": {"Vpcs": [{"VpcId": "vpc-1", "Tags": TAGS}]}}, Kind.VPC),
    (
        {"ec2.DescribeSubnets": {"Subnets": [{"SubnetId": "subnet-1", "Tags": TAGS}]}},
        Kind.SUBNET,
    ),
    (
        {"ec2.DescribeRouteTables": {"RouteTables": [{"RouteTableId": "rtb-1", "Tags": TAGS}]}},
        Kind.ROUTE_TABLE,
    ),
    (
        {
            "ec2.DescribeInternetGateways": {
                "InternetGateways": [{"InternetGatewayId": "igw-1", "Tags": TAGS}]
            }
        },
        Kind.INTERNET_GATEWAY,
    ),
    (
        {"ec2.DescribeVpcEndpoints": {"VpcEndpoints": [{"VpcEndpointId": "vpce-1", "Tags": TAGS}]}},
        Kind.VPC_ENDPOINT,
    ),
    (
        {
            "ec2.DescribeSecurityGroups": {
                "SecurityGroups": [{"GroupId": "sg-1", "GroupName": f"catalog-alb-{SUFFIX}"}]
            }
        },
        Kind.SECURITY_GROUP,
    ),
    (
        {"ec2.DescribeAddresses": {"Addresses": [{"AllocationId": "eipalloc-1", "Tags": TAGS}]}},
        Kind.ELASTIC_IP,
    ),
    (
        {
            "ec2.DescribeNatGateways": {
                "NatGateways": [{"NatGatewayId": "nat-1", "State": "deleting", "Tags": TAGS}]
            }
        },
        Kind.NAT_GATEWAY,
    ),
    (
        {
            "ec2.DescribeNetworkInterfaces": {
                "NetworkInterfaces": [{"NetworkInterfaceId": "eni-1", "TagSet": TAGS}]
            }
        },
        Kind.NETWORK_INTERFACE,
    ),
    (
        {
            "elbv2.DescribeLoadBalancers": {
                "LoadBalancers": [
                    {
                        "LoadBalancerArn": ARN.format(
                            "elasticloadbalancing", f"loadbalancer/app/catalog-alb-{SUFFIX}/50dc"
                        )
                    }
                ]
            }
        },
        Kind.LOAD_BALANCER,
    ),
    (
        {
            "elbv2.DescribeTargetGroups": {
                "TargetGroups": [
                    {
                        "TargetGroupArn": ARN.format(
                            "elasticloadbalancing", f"targetgroup/catalog-tg-{SUFFIX}/73e2"
                        )
                    }
                ]
            }
        },
        Kind.TARGET_GROUP,
    ),
    (CLUSTER, Kind.ECS_CLUSTER),
    (
        {
            "ecs.ListTaskDefinitions": {
                "taskDefinitionArns": [ARN.format("ecs", f"task-definition/catalog-api-{SUFFIX}:3")]
            }
        },
        Kind.TASK_DEFINITION,
    ),
    (
        {
            "rds.DescribeDBClusters": {
                "DBClusters": [{"DBClusterIdentifier": f"catalog-{SUFFIX}", "Status": "deleting"}]
            }
        },
        Kind.DB_CLUSTER,
    ),
    (
        {
            "rds.DescribeDBInstances": {
                "DBInstances": [
                    {
                        "DBInstanceIdentifier": f"catalog-{SUFFIX}-writer",
                        "DBClusterIdentifier": f"catalog-{SUFFIX}",
                        "DBInstanceStatus": "deleting",
                    }
                ]
            }
        },
        Kind.DB_INSTANCE,
    ),
    (
        {
            "rds.DescribeDBSubnetGroups": {
                "DBSubnetGroups": [
                    {"DBSubnetGroupName": f"catalog-{SUFFIX}", "DBSubnetGroupArn": "arn"}
                ]
            }
        },
        Kind.DB_SUBNET_GROUP,
    ),
    (
        {
            "rds.DescribeDBClusterParameterGroups": {
                "DBClusterParameterGroups": [
                    {
                        "DBClusterParameterGroupName": f"catalog-{SUFFIX}",
                        "DBClusterParameterGroupArn": "arn",
                    }
                ]
            }
        },
        Kind.DB_CLUSTER_PARAMETERS,
    ),
    (
        {
            "rds.DescribeDBParameterGroups": {
                "DBParameterGroups": [{"DBParameterGroupName": "x", "DBParameterGroupArn": "arn"}]
            },
            "rds.ListTagsForResource": {"TagList": TAGS},
        },
        Kind.DB_PARAMETERS,
    ),
    (
        {
            "rds.DescribeDBClusterSnapshots": {
                "DBClusterSnapshots": [
                    {
                        "DBClusterSnapshotIdentifier": "final",
                        "DBClusterIdentifier": f"catalog-{SUFFIX}",
                    }
                ]
            }
        },
        Kind.DB_CLUSTER_SNAPSHOT,
    ),
    (
        {
            "rds.DescribeDBSnapshots": {
                "DBSnapshots": [{"DBSnapshotIdentifier": "x", "TagList": TAGS}]
            }
        },
        Kind.DB_SNAPSHOT,
    ),
    ({"secretsmanager.ListSecrets": {"SecretList": [SECRET]}}, Kind.SECRET),
    (
        {"s3.ListBuckets": {"Buckets": [{"Name": f"catalog-logs-{SUFFIX}-{REGION}"}]}},
        Kind.BUCKET,
    ),
    (
        {
            "cloudfront.ListDistributions": distribution("", "origin"),
            "cloudfront.ListTagsForResource": {"Tags": {"Items": TAGS}},
        },
        Kind.DISTRIBUTION,
    ),
    (
        {"cloudfront.ListDistributions": distribution("", f"alb-origin-{SUFFIX}")},
        Kind.DISTRIBUTION,
    ),
    (
        {
            "logs.DescribeLogGroups": {
                "logGroups": [{"logGroupName": f"/ecs/catalog-{SUFFIX}", "arn": "arn"}]
            }
        },
        Kind.LOG_GROUP,
    ),
    (
        {
            "iam.ListRoles": {
                "Roles": [
                    {
                        **ROLE,
                        "RoleName": f"catalog-task-{SUFFIX}",
                        "Arn": f"arn:aws:iam::{ACCOUNT}:role/catalog-task-{SUFFIX}",
                    }
                ]
            }
        },
        Kind.ROLE,
    ),
    (
        {
            "iam.ListPolicies": {"Policies": [{"PolicyName": "x", "Arn": POLICY}]},
            "iam.ListPolicyTags": {"Tags": TAGS},
        },
        Kind.POLICY,
    ),
    (
        {
            "cloudwatch.DescribeAlarms": {
                "MetricAlarms": [{**ALARM, "AlarmName": f"catalog-alb-5xx-{SUFFIX}"}]
            }
        },
        Kind.ALARM,
    ),
    (
        {
            "cloudwatch.DescribeAlarms": {"CompositeAlarms": [{**ALARM, "AlarmName": "any"}]},
            "cloudwatch.ListTagsForResource": {"Tags": TAGS},
        },
        Kind.ALARM,
    ),
    (
        {
            "cloudwatch.ListDashboards": {
                "DashboardEntries": [{"DashboardName": f"catalog-{SUFFIX}"}]
            }
        },
        Kind.DASHBOARD,
    ),
    (
        {
            "application-autoscaling.DescribeScalableTargets": {
                "ScalableTargets": [
                    scaling(
                        MinCapacity=2,
                        MaxCapacity=10,
                        RoleARN=ARN.format("iam", "role/x"),
                        ScalableTargetARN="arn",
                    )
                ]
            }
        },
        Kind.SCALABLE_TARGET,
    ),
    (
        {
            "application-autoscaling.DescribeScalingPolicies": {
                "ScalingPolicies": [
                    scaling(
                        PolicyARN=ARN.format("autoscaling", "scalingPolicy:1"),
                        PolicyName="cpu",
                        PolicyType="TargetTrackingScaling",
                    )
                ]
            }
        },
        Kind.SCALING_POLICY,
    ),
    (
        {
            "ecr.DescribeRepositories": {
                "repositories": [{"repositoryName": "api", "repositoryArn": "arn"}]
            },
            "ecr.ListTagsForResource": {"tags": TAGS},
        },
        Kind.REPOSITORY,
    ),
    (
        {
            "kms.ListKeys": {"Keys": [{"KeyId": "key-1"}]},
            "kms.DescribeKey": {
                "KeyMetadata": {"KeyId": "key-1", "KeyManager": "CUSTOMER", "KeyState": "Enabled"}
            },
            "kms.ListResourceTags": {
                "Tags": [{"TagKey": each["Key"], "TagValue": each["Value"]} for each in TAGS]
            },
        },
        Kind.KEY,
    ),
    (
        {
            "sns.ListTopics": {"Topics": [{"TopicArn": "arn:aws:sns:eu-north-1:1:alerts"}]},
            "sns.ListTagsForResource": {"Tags": TAGS},
        },
        Kind.TOPIC,
    ),
    (
        {"ec2.DescribeVolumes": {"Volumes": [{"VolumeId": "vol-1", "Tags": TAGS}]}},
        Kind.VOLUME,
    ),
    (
        {"ec2.DescribeNetworkAcls": {"NetworkAcls": [{"NetworkAclId": "acl-1", "Tags": TAGS}]}},
        Kind.NETWORK_ACL,
    ),
]


@pytest.mark.parametrize(("answers", "kind"), FOUND, ids=[kind for _, kind in FOUND])
def test_each_kind_of_leftover_is_found(answers: dict[str, Answer], kind: Kind) -> None:
    proof = prove(answers)

    assert [left.resource.kind for left in proof.leftovers] == [kind]
    with pytest.raises(LeakError, match=kind.value):
        proof.require_clean()


def test_services_and_tasks_of_a_left_cluster_are_found() -> None:
    service = ARN.format("ecs", f"service/catalog-{SUFFIX}/x")
    task = ARN.format("ecs", f"task/catalog-{SUFFIX}/1")
    other = ARN.format("ecs", "cluster/other")
    proof = prove(
        {
            "ecs.ListClusters": {"clusterArns": [ECS_CLUSTER, other]},
            "ecs.DescribeClusters": {
                "clusters": [
                    {"clusterArn": ECS_CLUSTER, "status": "ACTIVE"},
                    {"clusterArn": other, "status": "ACTIVE"},
                ]
            },
            "ecs.ListServices": lambda request: {
                "serviceArns": [service] if request["cluster"] == ECS_CLUSTER else []
            },
            "ecs.DescribeServices": {"services": [{"serviceArn": service}]},
            "ecs.ListTasks": lambda request: {
                "taskArns": [task] if request["cluster"] == ECS_CLUSTER else []
            },
            "ecs.DescribeTasks": {"tasks": [{"taskArn": task}]},
        }
    )

    assert {left.resource.kind for left in proof.leftovers} == {
        *(Kind.ECS_CLUSTER, Kind.ECS_SERVICE, Kind.ECS_TASK)
    }


def test_untagged_parts_of_the_runs_vpc_are_found() -> None:
    interfaces = [
        {"NetworkInterfaceId": "eni-1", "VpcId": "vpc-1", "Description": "ecs attachment"},
        {"NetworkInterfaceId": "eni-2", "VpcId": "vpc-2", "Description": "ecs attachment"},
    ]
    subnets = [{"SubnetId": "subnet-1", "VpcId": "vpc-1"}, {"SubnetId": "subnet-2"}]
    proof = prove(
        {
            "ec2.DescribeVpcs": {"Vpcs": [{"VpcId": "vpc-1", "Tags": TAGS}]},
            "ec2.DescribeNetworkInterfaces": {"NetworkInterfaces": interfaces},
            "ec2.DescribeSubnets": {"Subnets": subnets},
        }
    )

    assert {left.resource.identifier for left in proof.leftovers} == {"vpc-1", "eni-1", "subnet-1"}


def test_nothing_left_is_clean() -> None:
    proof = prove({})

    proof.require_clean()
    assert proof.leftovers == ()
    assert len(proof.queried) == len({kind.service for kind in Kind})
    assert str(proof) == f"14 services queried for {SUFFIX}: nothing left"


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
                    {"GroupId": "sg-1", "GroupName": f"catalog-alb-{SUFFIX}", "Tags": OTHER_TAGS}
                ]
            },
        ),
        ("s3.ListBuckets", {"Buckets": [{"Name": f"catalog-logs-{SUFFIX}2-{REGION}"}]}),
        ("s3.ListBuckets", {"Buckets": [{"Name": f"catalog-logs-{SUFFIX}-b-{REGION}"}]}),
        (
            "logs.DescribeLogGroups",
            {"logGroups": [{"logGroupName": f"/ecs/catalog-{SUFFIX}-b", "arn": "arn"}]},
        ),
        (
            "logs.DescribeLogGroups",
            {"logGroups": [{"logGroupName": f"/aws/lambda/orders-{SUFFIX}", "arn": "arn"}]},
        ),
        (
            "iam.ListPolicies",
            {"Policies": [{"PolicyName": f"x{SUFFIX}", "Arn": f"arn:aws:iam::1:policy/x{SUFFIX}"}]},
        ),
        (
            "iam.ListPolicies",
            {
                "Policies": [
                    {
                        "PolicyName": f"catalog-{SUFFIX}",
                        "Arn": f"arn:aws:iam::{ACCOUNT}:policy/catalog-{SUFFIX}",
                    }
                ]
            },
        ),
        (
            "iam.ListRoles",
            {
                "Roles": [
                    {
                        **ROLE,
                        "RoleName": f"payments-api-{SUFFIX}",
                        "Arn": f"arn:aws:iam::{ACCOUNT}:role/payments-api-{SUFFIX}",
                    }
                ]
            },
        ),
        (
            "ecr.DescribeRepositories",
            {
                "repositories": [
                    {"repositoryName": f"catalog-{SUFFIX}", "repositoryArn": "arn"},
                    {"repositoryName": f"payments-api-{SUFFIX}", "repositoryArn": "arn"},
                ]
            },
        ),
        (
            "rds.DescribeDBClusterSnapshots",
            {
                "DBClusterSnapshots": [
                    {
                        "DBClusterSnapshotIdentifier": f"catalog-{SUFFIX}",
                        "DBClusterIdentifier": "another",
                    }
                ]
            },
        ),
        ("cloudfront.ListDistributions", distribution(f"Product catalog {SUFFIX}", "another")),
    ],
    ids=[
        "a deleted NAT gateway",
        "another run's tag",
        "no tag",
        "our name but another run's tag",
        "a longer suffix",
        "a suffix that begins like ours",
        "a name that begins like ours",
        "a log group of another project with our suffix",
        "a suffix that ends like ours",
        "our name, of a kind that the stack does not create",
        "a role of another project with our suffix",
        "repositories of another project",
        "a snapshot of another cluster with our name",
        "a distribution with our suffix in its comment",
    ],
)
def test_what_is_not_of_the_run_is_no_leftover(operation: str, answer: Answer) -> None:
    assert prove({operation: answer}).leftovers == ()


def test_what_another_run_with_the_suffix_has_is_no_leftover() -> None:
    vpcs = [
        {"VpcId": "vpc-1", "Tags": upper(tags(RunId="1"))},
        {"VpcId": "vpc-2", "Tags": upper(tags(RunId="2"))},
    ]
    run = Ownership(SUFFIX, physical_names(SUFFIX, REGION), run_id="1")

    [left] = prove({"ec2.DescribeVpcs": {"Vpcs": vpcs}}, run).leftovers
    assert left.resource.identifier == "vpc-1"


def test_a_secret_pending_deletion_is_left_because_its_name_stays_taken() -> None:
    [left] = prove(
        {"secretsmanager.ListSecrets": {"SecretList": [{**SECRET, "DeletedDate": NOW}]}}
    ).leftovers

    assert str(left).endswith(f"(named catalog/{SUFFIX}/database; pending deletion)")
    assert str(left).startswith("secretsmanager secret ")


def test_every_page_is_read() -> None:
    def pages(request: dict[str, Any]) -> dict[str, Any]:
        if "nextToken" in request:
            return {"logGroups": [{"logGroupName": f"/ecs/catalog-{SUFFIX}", "arn": "arn"}]}
        return {"logGroups": [{"logGroupName": "/ecs/other", "arn": "arn"}], "nextToken": "more"}

    assert len(prove({"logs.DescribeLogGroups": pages}).leftovers) == 1


def test_services_that_the_target_lacks_are_not_queried_but_named() -> None:
    target = SweptTarget()
    target.lacking = {Capability.CLOUDFRONT: "not in the licence"}
    del target.answers["cloudfront.ListDistributions"]

    proof = prove_teardown(target.as_target, RUN)

    assert proof.unavailable == {"cloudfront": "not in the licence"}
    assert "cloudfront" not in proof.queried
    assert str(proof).endswith("nothing left; unavailable: cloudfront")


def test_what_is_deleted_a_little_later_is_no_leftover() -> None:
    # All kinds, then the kinds with leftovers, then all kinds again.
    rounds: Iterator[Mapping[str, Any]] = iter(
        [{"SecretList": [SECRET]}, *[{"SecretList": []}] * 2]
    )
    target = SweptTarget({"secretsmanager.ListSecrets": lambda _: next(rounds)})

    proof = prove_teardown(target.as_target, RUN, patience=60.0, sleep=lambda _: None)

    names = [name for name, _ in target.aws.requests]
    assert proof.leftovers == ()
    assert "logs" in proof.queried
    assert names.count("secretsmanager.ListSecrets") == 3
    assert names.count("iam.ListRoles") == 2


def test_while_something_is_left_only_its_kind_and_what_it_is_part_of_is_queried_again() -> None:
    target = SweptTarget({"secretsmanager.ListSecrets": {"SecretList": [SECRET]}})
    pauses: list[float] = []

    proof = prove_teardown(target.as_target, RUN, patience=0.01, sleep=pauses.append)

    names = [name for name, _ in target.aws.requests]
    assert len(proof.leftovers) == 1
    assert names.count("secretsmanager.ListSecrets") == len(pauses) + 1
    assert names.count("iam.ListRoles") == 1


def test_the_proof_of_one_run_needs_no_access_to_images() -> None:
    def refuse(_: dict[str, Any]) -> dict[str, Any]:
        raise RefusalError("AccessDeniedException")

    target = SweptTarget({"ecr.DescribeRepositories": refuse})
    run = replace(RUN, run_id="dev1-1")

    assert "ecr" not in prove_teardown(target.as_target, run).queried


@pytest.mark.parametrize(
    ("listing", "tags"),
    [
        (
            {
                "iam.ListRoles": {
                    "Roles": [
                        {**ROLE, "RoleName": "other", "Arn": f"arn:aws:iam::{ACCOUNT}:role/o"}
                    ]
                }
            },
            "iam.ListRoleTags",
        ),
        (
            {"logs.DescribeLogGroups": {"logGroups": [{"logGroupName": "o", "arn": "arn:o:*"}]}},
            "logs.ListTagsForResource",
        ),
    ],
    ids=["role", "log group"],
)
def test_a_resource_of_another_owner_that_denies_its_tags_is_no_leftover(
    listing: dict[str, Any], tags: str
) -> None:
    def refuse(_: dict[str, Any]) -> dict[str, Any]:
        raise RefusalError("AccessDenied")

    assert prove({**listing, tags: refuse}).leftovers == ()


def test_a_scalable_target_without_arn_is_listed_without_tags() -> None:
    old = {
        "ServiceNamespace": "ecs",
        "ResourceId": "service/other/api",
        "ScalableDimension": "ecs:service:DesiredCount",
        "MinCapacity": 1,
        "MaxCapacity": 2,
        "RoleARN": "arn:aws:iam::123456789012:role/scaling",
        "CreationTime": NOW,
    }

    found = prove({"application-autoscaling.DescribeScalableTargets": {"ScalableTargets": [old]}})

    assert found.leftovers == ()


def test_a_service_that_fails_proves_nothing() -> None:
    def refuse(_: dict[str, Any]) -> dict[str, Any]:
        raise RefusalError("AccessDenied")

    with pytest.raises(ClientError, match="AccessDenied"):
        prove({"iam.ListRoles": refuse})
