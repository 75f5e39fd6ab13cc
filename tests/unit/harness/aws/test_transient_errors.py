"""Which refusals are transient."""

import pytest
from botocore.exceptions import ClientError

from harness.aws.transient_errors import transient_of


def refused(operation: str, code: str, message: str = "") -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": message}}, operation)


@pytest.mark.parametrize(
    ("operation", "code", "message"),
    [
        ("DeleteDistribution", "DistributionNotDisabled", ""),
        ("DeleteDistribution", "PreconditionFailed", ""),
        ("DeleteTargetGroup", "ResourceInUse", ""),
        ("DeleteCluster", "ClusterContainsTasksException", ""),
        ("DeleteSubnet", "DependencyViolation", ""),
        ("DetachInternetGateway", "DependencyViolation", "has some mapped public address(es)"),
        ("DeleteNetworkInterface", "InvalidParameterValue", "eni-1 is currently in use."),
        ("ReleaseAddress", "InvalidIPAddress.InUse", ""),
        ("DeleteDBSubnetGroup", "InvalidDBSubnetGroupStateFault", ""),
        ("DeleteDBClusterParameterGroup", "InvalidDBParameterGroupState", ""),
        ("DeleteDBCluster", "InvalidDBClusterStateFault", ""),
        ("DeleteBucket", "BucketNotEmpty", ""),
        ("DeleteSecret", "InvalidRequestException", "scheduled for deletion"),
        ("DeleteRole", "DeleteConflict", ""),
        ("DeleteCluster", "ClusterNotFoundException", ""),
        ("DeleteSubnet", "InvalidSubnetID.NotFound", ""),
        ("DeleteDBCluster", "DBClusterNotFoundFault", ""),
        ("DeleteBucket", "NoSuchBucket", ""),
        ("DeregisterScalableTarget", "ObjectNotFoundException", ""),
        ("ListRoles", "Throttling", ""),
    ],
)
def test_a_named_one_has_a_reason_and_a_deadline(operation: str, code: str, message: str) -> None:
    transient = transient_of(refused(operation, code, message))

    assert transient is not None
    assert transient.reason
    assert 60 <= transient.seconds <= 1800


@pytest.mark.parametrize(
    ("operation", "code", "message"),
    [
        ("DeleteBucket", "AccessDenied", ""),
        ("CreateService", "ClusterNotFoundException", ""),
        ("UpdateDistribution", "NoSuchDistribution", ""),
        ("DeleteRole", "DependencyViolation and more", ""),
        ("DeleteVpc", "UnauthorizedOperation", ""),
        ("DeleteNetworkInterface", "InvalidParameterValue", "malformed"),
        ("DeleteCluster", "ClusterContainsContainerInstancesException", ""),
        ("DeleteTargetGroup", "BucketNotEmpty", ""),
        ("DeleteSecret", "InvalidRequestException", "managed by another service"),
    ],
)
def test_every_other_one_is_final(operation: str, code: str, message: str) -> None:
    assert transient_of(refused(operation, code, message)) is None
