"""Secrets Manager."""

from collections.abc import Iterator

from botocore.exceptions import ClientError

from harness.aws.clients import Clients
from harness.aws.errors import error_code
from harness.aws.paging import pages
from harness.aws.resources.resource import Kind, Resource, ResourceType
from harness.aws.tags import as_tags


def _secrets(clients: Clients) -> Iterator[Resource]:
    """Yield secrets, also those pending deletion: their names stay taken."""
    for secret in pages(
        clients.secretsmanager, "list_secrets", "SecretList", IncludePlannedDeletion=True
    ):
        state = "pending deletion" if secret.get("DeletedDate") else ""
        tags = as_tags(secret.get("Tags", ()))
        yield Resource(Kind.SECRET, secret["ARN"], secret["Name"], tags, state=state)


def _delete(clients: Clients, resource: Resource) -> None:
    """Delete a secret without a recovery window; one pending deletion is restored before.

    https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_DeleteSecret.html
    """
    client, arn = clients.secretsmanager, resource.identifier
    try:
        client.delete_secret(SecretId=arn, ForceDeleteWithoutRecovery=True)
    except ClientError as error:
        if error_code(error) != "InvalidRequestException":
            raise
        client.restore_secret(SecretId=arn)
        client.delete_secret(SecretId=arn, ForceDeleteWithoutRecovery=True)


TYPES = (ResourceType(Kind.SECRET, _secrets, _delete),)
