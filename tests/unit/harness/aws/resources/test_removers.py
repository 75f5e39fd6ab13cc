"""How single kinds are removed."""

from typing import Any

import pytest
from botocore.exceptions import EndpointConnectionError

from harness.aws.clients import Clients
from harness.aws.resources.resource import Kind, Resource
from harness.teardown.sweep.removal import Outcome, remove_all
from tests.unit.harness.checks.fake_aws import Answer, FakeAws, RefusalError

NAME = "catalog-pr1"
ARN = "arn:aws:x:eu-north-1:123456789012:"


def removed(resource: Resource, answers: dict[str, Answer]) -> tuple[Outcome, FakeAws]:
    aws = FakeAws.answering(answers)
    [outcome] = remove_all(Clients(aws), [resource], sleep=lambda _: None)
    return outcome, aws


@pytest.mark.parametrize(
    ("kind", "operation", "argument"),
    [
        (Kind.TASK_DEFINITION, "ecs.DeregisterTaskDefinition", {"taskDefinition": NAME}),
        (Kind.ECS_CLUSTER, "ecs.DeleteCluster", {"cluster": NAME}),
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
        (Kind.VPC_ENDPOINT, "ec2.DeleteVpcEndpoints", {"VpcEndpointIds": [NAME]}),
        (Kind.VPC, "ec2.DeleteVpc", {"VpcId": NAME}),
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
def test_one_call_removes_it(kind: Kind, operation: str, argument: dict[str, Any]) -> None:
    outcome, aws = removed(Resource(kind, NAME), {operation: {}})

    assert outcome.error == ""
    assert aws.requests == [(operation, argument)]


def test_a_service_is_deleted_by_force_and_a_task_is_stopped_in_their_cluster() -> None:
    service = Resource(Kind.ECS_SERVICE, "service", within="cluster")
    task = Resource(Kind.ECS_TASK, "task", within="cluster")

    _, aws = removed(service, {"ecs.DeleteService": {}})
    asked = {"cluster": "cluster", "service": "service", "force": True}
    assert aws.asked("ecs.DeleteService") == [asked]
    _, aws = removed(task, {"ecs.StopTask": {}})
    assert aws.asked("ecs.StopTask")[0]["task"] == "task"


def test_a_load_balancer_loses_its_protection_and_its_listeners_first() -> None:
    _, aws = removed(
        Resource(Kind.LOAD_BALANCER, "alb"),
        {
            "elbv2.ModifyLoadBalancerAttributes": {},
            "elbv2.DescribeListeners": {"Listeners": [{"ListenerArn": "listener"}]},
            "elbv2.DeleteListener": {},
            "elbv2.DeleteLoadBalancer": {},
        },
    )

    assert [name.partition(".")[2] for name, _ in aws.requests] == [
        "ModifyLoadBalancerAttributes",
        "DescribeListeners",
        "DeleteListener",
        "DeleteLoadBalancer",
    ]


class TestSecret:
    SECRET = Resource(Kind.SECRET, f"{ARN}secret:x")

    def test_one_that_is_pending_deletion_is_restored_to_be_deleted(self) -> None:
        restored: list[object] = []

        def delete(_: object) -> dict[str, Any]:
            if not restored:
                raise RefusalError("InvalidRequestException", "already scheduled for deletion")
            return {}

        def restore(asked: object) -> dict[str, Any]:
            restored.append(asked)
            return {}

        outcome, _ = removed(
            self.SECRET,
            {"secretsmanager.DeleteSecret": delete, "secretsmanager.RestoreSecret": restore},
        )

        assert outcome.error == ""
        assert len(restored) == 1

    def test_another_refusal_is_told(self) -> None:
        def refuse(_: object) -> dict[str, Any]:
            raise RefusalError("AccessDeniedException")

        outcome, _ = removed(self.SECRET, {"secretsmanager.DeleteSecret": refuse})

        assert "AccessDeniedException" in outcome.error


class TestBucket:
    TAGGED = Resource(Kind.BUCKET, "logs", tags={"Project": "product-catalog"})

    def test_every_version_marker_and_unfinished_upload_goes_first(self) -> None:
        _, aws = removed(
            self.TAGGED,
            {
                "s3.ListObjectVersions": {
                    "Versions": [{"Key": "a", "VersionId": "1"}],
                    "DeleteMarkers": [{"Key": "a", "VersionId": "2"}],
                },
                "s3.DeleteObjects": {},
                "s3.ListMultipartUploads": {"Uploads": [{"Key": "b", "UploadId": "3"}]},
                "s3.AbortMultipartUpload": {},
                "s3.DeleteBucket": {},
            },
        )

        [deleted] = aws.asked("s3.DeleteObjects")
        assert [each["VersionId"] for each in deleted["Delete"]["Objects"]] == ["1", "2"]
        assert aws.asked("s3.AbortMultipartUpload")[0]["UploadId"] == "3"
        assert aws.requests[-1][0] == "s3.DeleteBucket"

    def test_an_object_that_may_not_be_deleted_is_told(self) -> None:
        outcome, _ = removed(
            self.TAGGED,
            {
                "s3.ListObjectVersions": {"Versions": [{"Key": "a", "VersionId": "1"}]},
                "s3.DeleteObjects": {"Errors": [{"Code": "AccessDenied", "Message": "locked"}]},
            },
        )

        assert outcome.error == "DeleteObjects: AccessDenied: locked"

    def test_one_without_tags_is_never_emptied(self) -> None:
        outcome, aws = removed(Resource(Kind.BUCKET, "logs"), {"s3.DeleteBucket": {}})

        assert outcome.error == ""
        assert [name for name, _ in aws.requests] == ["s3.DeleteBucket"]


def test_a_role_is_freed_of_all_that_keeps_it() -> None:
    _, aws = removed(
        Resource(Kind.ROLE, NAME),
        {
            "iam.ListAttachedRolePolicies": {
                "AttachedPolicies": [{"PolicyArn": f"{ARN}policy/p1"}]
            },
            "iam.DetachRolePolicy": {},
            "iam.ListRolePolicies": {"PolicyNames": ["start-tasks"]},
            "iam.DeleteRolePolicy": {},
            "iam.ListInstanceProfilesForRole": {
                "InstanceProfiles": [
                    {
                        "Path": "/",
                        "InstanceProfileName": "profile",
                        "InstanceProfileId": "AIPA123456789012345",
                        "Arn": f"{ARN}instance-profile/profile",
                        "CreateDate": "2026-01-01",
                        "Roles": [],
                    }
                ]
            },
            "iam.RemoveRoleFromInstanceProfile": {},
            "iam.DeleteRole": {},
        },
    )

    done = [name.partition(".")[2] for name, _ in aws.requests if ".List" not in name]
    assert done == [
        "DetachRolePolicy",
        "DeleteRolePolicy",
        "RemoveRoleFromInstanceProfile",
        "DeleteRole",
    ]


def test_a_policy_goes_with_its_older_versions() -> None:
    versions = [
        {"VersionId": "v2", "IsDefaultVersion": True},
        {"VersionId": "v1", "IsDefaultVersion": False},
    ]
    _, aws = removed(
        Resource(Kind.POLICY, f"{ARN}policy/{NAME}"),
        {
            "iam.ListPolicyVersions": {"Versions": versions},
            "iam.DeletePolicyVersion": {},
            "iam.DeletePolicy": {},
        },
    )

    assert [each["VersionId"] for each in aws.asked("iam.DeletePolicyVersion")] == ["v1"]


class TestNetwork:
    def test_a_refused_endpoint_is_told_although_the_call_succeeds(self) -> None:
        refused = [{"ResourceId": "vpce-1", "Error": {"Code": "OperationNotPermitted"}}]
        outcome, _ = removed(
            Resource(Kind.VPC_ENDPOINT, "vpce-1"),
            {"ec2.DeleteVpcEndpoints": {"Unsuccessful": refused}},
        )

        assert "OperationNotPermitted" in outcome.error

    @pytest.mark.parametrize("managed", [True, False])
    def test_an_interface_that_a_service_manages_is_left_to_it(self, managed: bool) -> None:
        interface = {"NetworkInterfaceId": "eni-1", "RequesterManaged": managed}
        _, aws = removed(
            Resource(Kind.NETWORK_INTERFACE, "eni-1"),
            {
                "ec2.DescribeNetworkInterfaces": {"NetworkInterfaces": [interface]},
                "ec2.DeleteNetworkInterface": {},
            },
        )

        assert bool(aws.asked("ec2.DeleteNetworkInterface")) is not managed

    def test_a_route_table_lets_go_of_its_subnets(self) -> None:
        table = {"Associations": [{"RouteTableAssociationId": "rtbassoc-1"}]}
        _, aws = removed(
            Resource(Kind.ROUTE_TABLE, "rtb-1"),
            {
                "ec2.DescribeRouteTables": {"RouteTables": [table]},
                "ec2.DisassociateRouteTable": {},
                "ec2.DeleteRouteTable": {},
            },
        )

        assert aws.asked("ec2.DisassociateRouteTable") == [{"AssociationId": "rtbassoc-1"}]

    def test_an_internet_gateway_is_detached(self) -> None:
        gateway = {"InternetGatewayId": "igw-1", "Attachments": [{"VpcId": "vpc-1"}]}
        _, aws = removed(
            Resource(Kind.INTERNET_GATEWAY, "igw-1"),
            {
                "ec2.DescribeInternetGateways": {"InternetGateways": [gateway]},
                "ec2.DetachInternetGateway": {},
                "ec2.DeleteInternetGateway": {},
            },
        )

        assert aws.asked("ec2.DetachInternetGateway")[0]["VpcId"] == "vpc-1"


def test_a_target_that_cannot_be_reached_is_told() -> None:
    def unreachable(_: object) -> dict[str, Any]:
        raise EndpointConnectionError(endpoint_url="http://127.0.0.1:1")

    outcome, _ = removed(Resource(Kind.VPC, "vpc-1"), {"ec2.DeleteVpc": unreachable})

    assert "http://127.0.0.1:1" in outcome.error
