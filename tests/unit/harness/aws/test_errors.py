"""Error codes, and which refusals are transient."""

import pytest
from botocore.exceptions import ClientError

from harness.aws.errors import error_code, error_message, is_absent, transient_of


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


@pytest.mark.parametrize(
    "code",
    [
        *("AccessPointNotFound", "ClusterNotFoundException", "DBClusterNotFoundFault"),
        *("DBClusterParameterGroupNotFoundFault", "DBInstanceNotFound", "DBParameterGroupNotFound"),
        *("DBSubnetGroupNotFoundFault", "InvalidGroup.NotFound", "InvalidSubnetID.NotFound"),
        *(
            "InvalidVpcID.NotFound",
            "ListenerNotFound",
            "LoadBalancerNotFound",
            "NatGatewayNotFound",
        ),
        *("NoSuchBucket", "NoSuchBucketPolicy", "NoSuchDistribution", "NoSuchEntity"),
        *("NoSuchLifecycleConfiguration", "NoSuchPublicAccessBlockConfiguration", "NoSuchTagSet"),
        *("ObjectNotFoundException", "OwnershipControlsNotFoundError", "ResourceNotFound"),
        *("ResourceNotFoundException", "ServerSideEncryptionConfigurationNotFoundError"),
        *("ServiceNotActiveException", "ServiceNotFoundException", "TargetGroupNotFound"),
    ],
)
def test_a_code_for_not_found_is_recognised(code: str) -> None:
    assert is_absent(refused("Delete", code))


@pytest.mark.parametrize("code", ["AccessDenied", "ValidationError", "ResourceInUse", ""])
def test_no_other_code_means_not_found(code: str) -> None:
    assert not is_absent(refused("Delete", code))


def test_an_error_without_a_response_has_no_code() -> None:
    assert error_code(ValueError("x")) == ""
    assert error_code(ClientError({}, "Delete")) == ""
    assert error_message(ValueError("x")) == "x"
    assert error_message(refused("Delete", "Busy", "in use")) == "Delete: Busy: in use"
