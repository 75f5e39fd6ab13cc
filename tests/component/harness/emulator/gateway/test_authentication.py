"""Real clients of AWS, a gateway, and requests that it must refuse."""

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from botocore.exceptions import ClientError

from harness.aws.emulator_session import EmulatorSession
from tests.component.harness.emulator.gateway.emulator_process import REGION, emulator
from tests.unit.harness.emulator.sample_cloud_info import CREDENTIALS

SECONDS = 30


def session(endpoint: str, key: str = "", secret: str = "", token: str = "") -> EmulatorSession:
    made = EmulatorSession(
        endpoint=endpoint,
        region=REGION,
        access_key=key or CREDENTIALS.access_key,
        secret_key=secret or CREDENTIALS.secret_key,
    )
    made._session.set_credentials(
        key or CREDENTIALS.access_key, secret or CREDENTIALS.secret_key, token or None
    )
    return made


@pytest.fixture(scope="module")
def s3(endpoints: tuple[str, str]) -> Any:
    client = session(endpoints[1]).client("s3")
    client.create_bucket(
        Bucket="objects", CreateBucketConfiguration={"LocationConstraint": "eu-north-1"}
    )
    return client


@pytest.mark.parametrize("key", ["plain", "a b/ü+=&;~*'()", "x//y"])
def test_objects_of_any_name_and_size(s3: Any, key: str) -> None:
    body = b"x" * (9 * 1024 * 1024)
    s3.upload_fileobj(io.BytesIO(body), "objects", key)  # multipart
    s3.put_object(Bucket="objects", Key=f"{key}-2", Body=b"", Metadata={"a": "b  c"})

    assert s3.get_object(Bucket="objects", Key=key)["Body"].read() == body
    assert s3.head_object(Bucket="objects", Key=f"{key}-2")["Metadata"] == {"a": "b  c"}


def test_presigned_urls(s3: Any) -> None:
    put = s3.generate_presigned_url("put_object", {"Bucket": "objects", "Key": "k"}, 60)
    get = s3.generate_presigned_url("get_object", {"Bucket": "objects", "Key": "k"}, 60)

    assert requests.put(put, data=b"content", timeout=SECONDS).ok
    assert requests.get(get, timeout=SECONDS).content == b"content"
    assert requests.get(get + "0", timeout=SECONDS).status_code == 403
    assert requests.get(get.partition("?")[0], timeout=SECONDS).status_code == 403


@pytest.mark.parametrize(
    ("service", "operation", "parameters"),
    [
        ("ec2", "describe_vpcs", {}),
        ("ecs", "list_clusters", {}),
        ("s3", "list_buckets", {}),
        ("elbv2", "describe_load_balancers", {}),
        ("cloudfront", "list_distributions", {}),
        ("rds-data", "begin_transaction", {"resourceArn": "a" * 12, "secretArn": "b" * 12}),
        ("iam", "list_roles", {}),
        ("logs", "describe_log_groups", {}),
    ],
)
def test_clients_with_other_credentials_get_an_error_of_aws(
    gateway_endpoint: str, service: str, operation: str, parameters: dict[str, str]
) -> None:
    client = session(gateway_endpoint, "test", "test").client(service)
    with pytest.raises(ClientError) as refused:
        getattr(client, operation)(**parameters)

    assert refused.value.response["Error"]["Code"] in (
        "AuthFailure",
        "InvalidAccessKeyId",
        "InvalidClientTokenId",
        "UnrecognizedClientException",
    )


def test_credentials_that_it_issues_are_accepted_until_they_are_deleted(
    gateway_endpoint: str,
) -> None:
    iam = session(gateway_endpoint).client("iam")
    iam.create_user(UserName="u")
    made = iam.create_access_key(UserName="u")["AccessKey"]
    sts = session(gateway_endpoint, made["AccessKeyId"], made["SecretAccessKey"]).client("sts")

    assert sts.get_caller_identity()["Account"] == "000000000000"
    iam.delete_access_key(UserName="u", AccessKeyId=made["AccessKeyId"])
    with pytest.raises(ClientError, match="InvalidClientTokenId"):
        sts.get_caller_identity()


def test_a_session_of_a_role_acts_for_its_account(gateway_endpoint: str) -> None:
    account = "123456789012"
    iam = session(gateway_endpoint, account).client("iam")
    role = iam.create_role(RoleName="r", AssumeRolePolicyDocument="{}")["Role"]["Arn"]
    assumed = (
        session(gateway_endpoint, account)
        .client("sts")
        .assume_role(RoleArn=role, RoleSessionName="session")
    )["Credentials"]

    acting = session(
        gateway_endpoint,
        assumed["AccessKeyId"],
        assumed["SecretAccessKey"],
        assumed["SessionToken"],
    ).client("sts")

    assert acting.get_caller_identity()["Account"] == account


def test_pages_of_other_origins_and_other_hosts_are_refused(gateway_endpoint: str) -> None:
    for headers in ({"Origin": "https://evil.example"}, {"Host": "evil.example"}):
        response = requests.post(
            gateway_endpoint, data="Action=DescribeVpcs", headers=headers, timeout=SECONDS
        )
        assert response.status_code == 403
        assert "AccessDenied" in response.text
    preflight = requests.options(
        gateway_endpoint, headers={"Origin": "https://evil.example"}, timeout=SECONDS
    )
    ready = requests.get(f"{gateway_endpoint}/_ministack/ready", timeout=SECONDS)

    assert not preflight.ok
    assert ready.ok
    for response in (preflight, ready):
        assert not [name for name in response.headers if name.lower().startswith("access-control")]


def test_nobody_creates_a_function(gateway_endpoint: str) -> None:
    path = "/2015-03-31/functions"
    assert not requests.post(gateway_endpoint + path, json={}, timeout=SECONDS).ok
    client = session(gateway_endpoint).client("lambda")
    with pytest.raises(ClientError, match="lambda_svc is switched off"):
        client.list_functions()
    # The signature of another service does not lead there either.
    s3 = session(gateway_endpoint).client("s3")
    with pytest.raises(ClientError):
        s3.get_object(Bucket="2015-03-31", Key="functions")


@pytest.fixture(scope="module")
def with_code(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder: Path = tmp_path_factory.mktemp("gateway")
    with emulator("harness.emulator.gateway", folder, allow_code=True) as started:
        yield started.await_ready()


def test_code_is_allowed_by_request(with_code: str) -> None:
    assert session(with_code).client("lambda").list_functions()["Functions"] == []
