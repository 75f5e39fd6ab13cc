import boto3
import pytest
from botocore.exceptions import ClientError


def orderable(session: boto3.Session, engine: str, version: str) -> list[str]:
    found = session.client("rds").describe_orderable_db_instance_options(
        Engine=engine, EngineVersion=version, DBInstanceClass="db.serverless"
    )
    return [each["DBInstanceClass"] for each in found["OrderableDBInstanceOptions"]]


def test_ministack_still_does_not_offer_serverless(bare: boto3.Session) -> None:
    assert orderable(bare, "aurora-postgresql", "16.8") == []


def test_serverless_can_be_ordered_for_aurora(gateway: boto3.Session) -> None:
    offered = orderable(gateway, "aurora-postgresql", "16.8")

    assert offered
    assert set(offered) == {"db.serverless"}


def test_serverless_cannot_be_ordered_for_what_is_not_aurora(gateway: boto3.Session) -> None:
    assert orderable(gateway, "postgres", "16.8") == []


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
