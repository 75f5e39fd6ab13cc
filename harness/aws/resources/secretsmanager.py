"""Secrets Manager."""

from botocore.exceptions import ClientError

from harness.aws.clients import Clients
from harness.aws.errors import error_code
from harness.aws.resources.resource import Kind, Resource, resource_type


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


# The names of secrets pending deletion stay taken.
TYPES = (
    resource_type(
        *(Kind.SECRET, "list_secrets", "SecretList", "ARN", _delete),
        name=lambda secret: secret["Name"],
        state=lambda secret: "pending deletion" if secret.get("DeletedDate") else "",
        arguments={"IncludePlannedDeletion": True},
    ),
)
