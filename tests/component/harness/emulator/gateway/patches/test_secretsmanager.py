import boto3
import pytest
from botocore.exceptions import ClientError


def create_again(session: boto3.Session, *, deleted: bool) -> tuple[str, str]:
    client = session.client("secretsmanager")
    client.create_secret(Name="s", SecretString="x")
    if deleted:
        client.delete_secret(SecretId="s", RecoveryWindowInDays=7)
    with pytest.raises(ClientError) as refused:
        client.create_secret(Name="s", SecretString="y")
    return refused.value.response["Error"]["Code"], refused.value.response["Error"]["Message"]


def test_ministack_still_returns_resource_exists(bare: boto3.Session) -> None:
    assert create_again(bare, deleted=True)[0] == "ResourceExistsException"


def test_a_name_pending_deletion_returns_the_error_of_aws(gateway: boto3.Session) -> None:
    code, message = create_again(gateway, deleted=True)

    assert code == "InvalidRequestException"
    assert message == (
        "You can't create this secret because a secret with this name is already scheduled for "
        "deletion."
    )


def test_a_name_in_use_returns_resource_exists(gateway: boto3.Session) -> None:
    assert create_again(gateway, deleted=False)[0] == "ResourceExistsException"
