"""The catalogue of kinds, and the inventory: every service is queried, its errors are kept."""

from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from harness.aws.clients import Clients
from harness.aws.resources.inventory import _SERVICES, RESOURCE_TYPES, take_inventory
from harness.aws.resources.resource import Kind, Resource
from tests.unit.harness.aws.resources.fake_account import NOTHING, deleted, inventory, listed
from tests.unit.harness.checks.fake_aws import FakeAws, RefusalError

NAME = "catalog-pr1"


def refuse(_: object) -> dict[str, Any]:
    raise RefusalError("AccessDenied")


def test_nothing_there_is_nothing_listed() -> None:
    assert listed({}) == []
    assert len(inventory({}).queried) == 14


def test_a_service_that_fails_does_not_abort_the_rest() -> None:
    found = inventory({"iam.ListRoles": refuse, "ec2.DescribeVpcs": {"Vpcs": [{"VpcId": "vpc-1"}]}})

    assert list(found.errors) == ["iam"]
    assert [resource.identifier for resource in found.resources] == ["vpc-1"]
    with pytest.raises(ClientError, match="AccessDenied"):
        found.require_complete()


def test_a_service_that_the_target_lacks_is_not_queried_but_named() -> None:
    found = inventory({}, cloudfront="not in the licence")

    assert found.unavailable == {"cloudfront": "not in the licence"}
    assert "cloudfront" not in found.queried


def test_only_the_kinds_given_are_listed() -> None:
    aws = FakeAws.answering(dict(NOTHING))

    assert take_inventory(Clients(aws), {}, (Kind.ROLE,)).queried == ("iam",)
    assert [name for name, _ in aws.requests] == ["iam.ListRoles"]


def test_a_target_that_cannot_be_reached_is_the_outcome_of_a_deletion() -> None:
    def unreachable(_: object) -> dict[str, Any]:
        raise EndpointConnectionError(endpoint_url="http://127.0.0.1:1")

    outcome, _ = deleted(Resource(Kind.VPC, "vpc-1"), {"ec2.DeleteVpc": unreachable})

    assert "http://127.0.0.1:1" in outcome.error


def test_every_kind_is_registered_once_with_its_service() -> None:
    kinds = [each.kind for service in _SERVICES for each in service.TYPES]

    assert sorted(kinds) == sorted(Kind)
    assert set(RESOURCE_TYPES) == set(Kind)
    for service in _SERVICES:
        name = service.__name__.rpartition(".")[2].replace("_", "-")
        assert {each.kind.service.value for each in service.TYPES} == {name}


@pytest.mark.parametrize(
    ("first", "then"),
    [
        (Kind.SCALING_POLICY, Kind.SCALABLE_TARGET),
        (Kind.SCALABLE_TARGET, Kind.ECS_SERVICE),
        (Kind.ECS_SERVICE, Kind.ECS_CLUSTER),
        (Kind.ECS_SERVICE, Kind.TARGET_GROUP),
        (Kind.ECS_TASK, Kind.ECS_CLUSTER),
        (Kind.LISTENER, Kind.LOAD_BALANCER),
        (Kind.LISTENER, Kind.TARGET_GROUP),
        (Kind.LOAD_BALANCER, Kind.TARGET_GROUP),
        (Kind.LOAD_BALANCER, Kind.BUCKET),
        (Kind.DB_INSTANCE, Kind.DB_CLUSTER),
        (Kind.DB_CLUSTER, Kind.DB_SUBNET_GROUP),
        (Kind.DB_CLUSTER, Kind.DB_CLUSTER_PARAMETERS),
        (Kind.DB_SUBNET_GROUP, Kind.SUBNET),
        (Kind.ECS_SERVICE, Kind.ROLE),
        (Kind.ROLE, Kind.POLICY),
        (Kind.NAT_GATEWAY, Kind.ELASTIC_IP),
        (Kind.NAT_GATEWAY, Kind.SUBNET),
        (Kind.ELASTIC_IP, Kind.INTERNET_GATEWAY),
        (Kind.NETWORK_INTERFACE, Kind.SUBNET),
        (Kind.ROUTE_TABLE, Kind.SUBNET),
        (Kind.SUBNET, Kind.VPC),
        (Kind.INTERNET_GATEWAY, Kind.VPC),
        (Kind.SECURITY_GROUP, Kind.VPC),
    ],
)
def test_dependants_are_deleted_before_what_they_depend_on(first: Kind, then: Kind) -> None:
    order = list(Kind)
    assert order.index(first) < order.index(then)


@pytest.mark.parametrize("kind", Kind)
def test_a_part_is_deleted_before_what_it_is_in_unless_that_holds_it(kind: Kind) -> None:
    order = list(Kind)
    holds = kind in (Kind.ELASTIC_IP, Kind.ALARM)
    assert holds or order.index(kind) <= order.index(kind.parent)
    assert kind.service is kind.parent.service or kind is Kind.ALARM


@pytest.mark.parametrize(
    ("kind", "operation", "argument"),
    [
        (Kind.TASK_DEFINITION, "ecs.DeregisterTaskDefinition", {"taskDefinition": NAME}),
        (Kind.ECS_CLUSTER, "ecs.DeleteCluster", {"cluster": NAME}),
        (Kind.LISTENER, "elbv2.DeleteListener", {"ListenerArn": NAME}),
        (Kind.TARGET_GROUP, "elbv2.DeleteTargetGroup", {"TargetGroupArn": NAME}),
        (Kind.DB_SUBNET_GROUP, "rds.DeleteDBSubnetGroup", {"DBSubnetGroupName": NAME}),
        (
            Kind.DB_CLUSTER_PARAMETERS,
            "rds.DeleteDBClusterParameterGroup",
            {"DBClusterParameterGroupName": NAME},
        ),
        (Kind.DB_PARAMETERS, "rds.DeleteDBParameterGroup", {"DBParameterGroupName": NAME}),
        (
            Kind.DB_CLUSTER_SNAPSHOT,
            "rds.DeleteDBClusterSnapshot",
            {"DBClusterSnapshotIdentifier": NAME},
        ),
        (Kind.DB_SNAPSHOT, "rds.DeleteDBSnapshot", {"DBSnapshotIdentifier": NAME}),
        (
            Kind.DB_INSTANCE,
            "rds.DeleteDBInstance",
            {"DBInstanceIdentifier": NAME, "SkipFinalSnapshot": True},
        ),
        (Kind.DASHBOARD, "cloudwatch.DeleteDashboards", {"DashboardNames": [NAME]}),
        (Kind.ALARM, "cloudwatch.DeleteAlarms", {"AlarmNames": [NAME]}),
        (Kind.LOG_GROUP, "logs.DeleteLogGroup", {"logGroupName": NAME}),
        (Kind.ELASTIC_IP, "ec2.ReleaseAddress", {"AllocationId": NAME}),
        (Kind.SUBNET, "ec2.DeleteSubnet", {"SubnetId": NAME}),
        (Kind.VPC_ENDPOINT, "ec2.DeleteVpcEndpoints", {"VpcEndpointIds": [NAME]}),
        (Kind.VPC, "ec2.DeleteVpc", {"VpcId": NAME}),
        (Kind.NETWORK_ACL, "ec2.DeleteNetworkAcl", {"NetworkAclId": NAME}),
        (Kind.VOLUME, "ec2.DeleteVolume", {"VolumeId": NAME}),
        (Kind.TOPIC, "sns.DeleteTopic", {"TopicArn": NAME}),
        (Kind.KEY, "kms.ScheduleKeyDeletion", {"KeyId": NAME, "PendingWindowInDays": 7}),
        (Kind.REPOSITORY, "ecr.DeleteRepository", {"repositoryName": NAME, "force": True}),
        (
            Kind.SCALABLE_TARGET,
            "application-autoscaling.DeregisterScalableTarget",
            {
                "ServiceNamespace": "ecs",
                "ResourceId": NAME,
                "ScalableDimension": "ecs:service:DesiredCount",
            },
        ),
        (
            Kind.SECRET,
            "secretsmanager.DeleteSecret",
            {"SecretId": NAME, "ForceDeleteWithoutRecovery": True},
        ),
    ],
)
def test_one_call_deletes_it(kind: Kind, operation: str, argument: dict[str, Any]) -> None:
    outcome, aws = deleted(Resource(kind, NAME), {operation: {}})

    assert outcome.error == ""
    assert aws.requests == [(operation, argument)]
