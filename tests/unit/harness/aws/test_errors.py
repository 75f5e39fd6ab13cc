"""Error codes and messages."""

import pytest
from botocore.exceptions import ClientError

from harness.aws.errors import error_code, error_message, is_absent, is_unsupported


def refused(operation: str, code: str, message: str = "") -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": message}}, operation)


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


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("InvalidParameterValue", "Dashboard catalog-pr1 does not exist"),
        ("ValidationError", "Policy 'p' not found"),
        ("InvalidParameterException", "The cluster doesn't exist."),
        ("404", ""),
    ],
)
def test_where_the_code_is_a_general_one_the_message_decides(code: str, message: str) -> None:
    assert is_absent(refused("Delete", code, message))


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("AccessDenied", "the role does not exist"),
        ("ValidationError", "the name is too long"),
        ("InternalFailure", "not found"),
    ],
)
def test_a_message_alone_does_not_mean_not_found(code: str, message: str) -> None:
    assert not is_absent(refused("Delete", code, message))


@pytest.mark.parametrize("code", ["AccessDenied", "ValidationError", "ResourceInUse", ""])
def test_no_other_code_means_not_found(code: str) -> None:
    assert not is_absent(refused("Delete", code))


def test_an_error_without_a_response_has_no_code() -> None:
    assert error_code(ValueError("x")) == ""
    assert error_code(ClientError({}, "Delete")) == ""
    assert error_message(ValueError("x")) == "x"
    assert error_message(refused("Delete", "Busy", "in use")) == "Delete: Busy: in use"


@pytest.mark.parametrize(
    ("message", "lacking"),
    [
        ("Unknown action: GetTransformer", True),
        ("Unknown EC2 action: DescribeCarrierGateways", True),
        ("API action 'GetTransformer' for service 'logs' not yet implemented", True),
        ("The API action is not included in your current license plan", True),
        ("User is not authorized to perform: logs:GetTransformer", False),
        ("The specified log group does not exist.", False),
    ],
)
def test_an_operation_that_an_emulator_lacks(message: str, lacking: bool) -> None:
    assert is_unsupported(refused("GetTransformer", "InternalFailure", message)) is lacking
