import boto3


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
