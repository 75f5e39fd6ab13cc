"""What there is in RDS."""

from collections.abc import Iterator
from typing import Any

from botocore.exceptions import ClientError

from harness.aws.clients import Clients
from harness.aws.paging import pages
from harness.aws.resources.resource import Kind, Resource
from harness.aws.tags import as_tags


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


_PREFIX = "catalog-"
# These are described with their tags; automatic snapshots end with their cluster.
_DESCRIBED: tuple[tuple[str, str, Kind, str, dict[str, str]], ...] = (
    ("describe_db_clusters", "DBClusters", Kind.DB_CLUSTER, "DBClusterIdentifier", {}),
    ("describe_db_instances", "DBInstances", Kind.DB_INSTANCE, "DBInstanceIdentifier", {}),
    (
        "describe_db_cluster_snapshots",
        "DBClusterSnapshots",
        Kind.DB_CLUSTER_SNAPSHOT,
        "DBClusterSnapshotIdentifier",
        {"SnapshotType": "manual"},
    ),
    (
        "describe_db_snapshots",
        "DBSnapshots",
        Kind.DB_SNAPSHOT,
        "DBSnapshotIdentifier",
        {"SnapshotType": "manual"},
    ),
)
# These are not: each is asked for its tags.
_ASKED = (
    ("describe_db_subnet_groups", "DBSubnetGroups", Kind.DB_SUBNET_GROUP, "DBSubnetGroup"),
    (
        "describe_db_cluster_parameter_groups",
        "DBClusterParameterGroups",
        Kind.DB_CLUSTER_PARAMETERS,
        "DBClusterParameterGroup",
    ),
    (
        "describe_db_parameter_groups",
        "DBParameterGroups",
        Kind.DB_PARAMETERS,
        "DBParameterGroup",
    ),
)


def database(clients: Clients) -> Iterator[Resource]:
    """Yield clusters, instances and snapshots, and groups named like the stack's."""
    rds: Any = clients.rds
    for operation, key, kind, identifier, only in _DESCRIBED:
        for item in pages(rds, operation, key, **only):
            yield Resource(kind, item[identifier], tags=as_tags(item.get("TagList", ())))
    for operation, key, kind, noun in _ASKED:
        for item in pages(rds, operation, key):
            name = item[f"{noun}Name"]
            if name.startswith(_PREFIX):
                answer = rds.list_tags_for_resource(ResourceName=item[f"{noun}Arn"])
                yield Resource(kind, name, tags=as_tags(answer["TagList"]))
