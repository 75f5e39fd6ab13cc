"""Secrets Manager: listing and deleting."""

from typing import Any

from harness.aws.resources.resource import Kind, Resource
from tests.unit.harness.aws.resources.fake_account import ARN, NOW, deleted, listed, tags, upper
from tests.unit.harness.checks.fake_aws import RefusalError

SECRET = Resource(Kind.SECRET, ARN.format("secretsmanager", "secret:x"))


def test_secrets_are_listed_also_when_they_are_pending_deletion() -> None:
    arn, name = SECRET.identifier, "catalog/pr1/database"
    secret = {"ARN": arn, "Name": name, "DeletedDate": NOW, "Tags": upper(tags())}

    [resource] = listed({"secretsmanager.ListSecrets": {"SecretList": [secret]}})

    assert resource == Resource(Kind.SECRET, arn, name, tags())
    assert resource.state == "pending deletion"


def test_one_that_is_pending_deletion_is_restored_to_be_deleted() -> None:
    restored: list[object] = []

    def delete(_: object) -> dict[str, Any]:
        if not restored:
            raise RefusalError("InvalidRequestException", "already scheduled for deletion")
        return {}

    def restore(request: object) -> dict[str, Any]:
        restored.append(request)
        return {}

    outcome, _ = deleted(
        SECRET, {"secretsmanager.DeleteSecret": delete, "secretsmanager.RestoreSecret": restore}
    )

    assert outcome.error == ""
    assert len(restored) == 1


def test_another_refusal_is_the_outcome() -> None:
    def refuse(_: object) -> dict[str, Any]:
        raise RefusalError("AccessDeniedException")

    outcome, _ = deleted(SECRET, {"secretsmanager.DeleteSecret": refuse})

    assert "AccessDeniedException" in outcome.error
