import pytest

from harness.terraform.aws_error_parsing import AwsError, parse_aws_error


def test_an_api_error_of_version_2_of_the_sdk() -> None:
    text = (
        "creating RDS Cluster (c): operation error RDS: CreateDBCluster, https response error "
        "StatusCode: 400, RequestID: fa9fec32-316e, api error InvalidParameterCombination: "
        "Cannot find version 15.3 for aurora-postgresql"
    )

    assert parse_aws_error(text, address="aws_rds_cluster.c") == AwsError(
        code="InvalidParameterCombination",
        message="Cannot find version 15.3 for aurora-postgresql",
        service="RDS",
        operation="CreateDBCluster",
        status=400,
        request_id="fa9fec32-316e",
        address="aws_rds_cluster.c",
    )


def test_a_modelled_error_of_the_sdk() -> None:
    text = (
        "creating ECS Service (s): operation error ECS: CreateService, https response error "
        "StatusCode: 400, RequestID: 0b1c, InvalidParameterException: Specifying both a launch "
        "type and capacity provider strategy is not supported. Remove one and try again."
    )

    error = parse_aws_error(text)

    assert error is not None
    assert error.code == "InvalidParameterException"
    assert error.message.startswith("Specifying both a launch type")


def test_an_error_of_s3_has_a_host_id() -> None:
    text = (
        "operation error S3: CreateBucket, https response error StatusCode: 409, RequestID: 75, "
        "HostID: t5rJ/+x=, BucketAlreadyOwnedByYou:"
    )

    error = parse_aws_error(text)

    assert error is not None
    assert (error.code, error.message) == ("BucketAlreadyOwnedByYou", "")
    assert str(error) == "BucketAlreadyOwnedByYou (S3 CreateBucket, HTTP 409, request 75)"


def test_an_error_of_version_1_of_the_sdk() -> None:
    text = (
        "error creating: InvalidParameterValue: The size is wrong\n"
        "\tstatus code: 400, request id: 12-ab"
    )

    assert parse_aws_error(text) == AwsError(
        code="InvalidParameterValue",
        message="The size is wrong",
        status=400,
        request_id="12-ab",
    )


def test_an_unreachable_target_has_no_status() -> None:
    text = (
        "operation error EC2: DescribeVpcs, https response error StatusCode: 0, RequestID: , "
        'request send failed, Post "http://127.0.0.1:1/": dial tcp: connection refused'
    )

    assert parse_aws_error(text) == AwsError(
        code="request send failed",
        message='Post "http://127.0.0.1:1/": dial tcp: connection refused',
        service="EC2",
        operation="DescribeVpcs",
    )


def test_line_breaks_in_a_message_become_spaces() -> None:
    error = parse_aws_error("api error Denied: You are\n  not authorized")

    assert error == AwsError(code="Denied", message="You are not authorized")
    assert str(error) == "Denied: You are not authorized"


@pytest.mark.parametrize(
    "text",
    [
        "Error acquiring the state lock",
        "waiting for ECS Cluster (arn:aws:ecs:x) create: context canceled",
        'Unsupported argument: An argument named "launch" is not expected here.',
    ],
)
def test_other_errors_have_no_aws_error(text: str) -> None:
    assert parse_aws_error(text) is None
