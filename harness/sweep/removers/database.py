"""Removing a database and its secret."""

from botocore.exceptions import ClientError

from harness.checks.clients import Clients
from harness.sweep.resource import Resource

__all__ = ["db_cluster", "db_cluster_remains", "db_instance", "secret"]


def db_instance(clients: Clients, resource: Resource) -> None:
    """Delete an instance of a cluster; those have no final snapshot of their own."""
    clients.rds.delete_db_instance(DBInstanceIdentifier=resource.identifier, SkipFinalSnapshot=True)


def db_cluster(clients: Clients, resource: Resource) -> None:
    """Delete a cluster without a final snapshot, protected or not."""
    rds, identifier = clients.rds, resource.identifier
    for cluster in rds.describe_db_clusters(DBClusterIdentifier=identifier)["DBClusters"]:
        if cluster.get("DeletionProtection"):
            rds.modify_db_cluster(
                DBClusterIdentifier=identifier, DeletionProtection=False, ApplyImmediately=True
            )
    rds.delete_db_cluster(DBClusterIdentifier=identifier, SkipFinalSnapshot=True)


def db_cluster_remains(clients: Clients, resource: Resource) -> bool:
    """Whether a cluster is still being deleted; when it is gone, the services say so."""
    return bool(
        clients.rds.describe_db_clusters(DBClusterIdentifier=resource.identifier)["DBClusters"]
    )


def secret(clients: Clients, resource: Resource) -> None:
    """Delete a secret at once; one that is pending deletion is restored for it if need be.

    https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_DeleteSecret.html
    """
    client, arn = clients.secretsmanager, resource.identifier
    try:
        client.delete_secret(SecretId=arn, ForceDeleteWithoutRecovery=True)
    except ClientError as error:
        if error.response["Error"]["Code"] != "InvalidRequestException":
            raise
        client.restore_secret(SecretId=arn)
        client.delete_secret(SecretId=arn, ForceDeleteWithoutRecovery=True)
