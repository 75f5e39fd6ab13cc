"""RDS: Aurora's clusters and instances, snapshots, groups."""

from harness.aws.clients import Clients
from harness.aws.resources.resource import (
    Item,
    Kind,
    Resource,
    ResourceType,
    by_one_call,
    listed_tags,
    type_of_noun,
)

_CLUSTER_SECONDS = 1800.0


def _state(item: Item) -> str:
    return item.get("Status") or item.get("DBInstanceStatus") or ""


def _group(kind: Kind, noun: str) -> ResourceType:
    """Return the type of a kind of groups, which are described without their tags."""
    name = f"{noun}Name"
    return type_of_noun(
        *(kind, noun, name),
        tags=listed_tags("ResourceName", f"{noun}Arn", "TagList"),
        # RDS creates those whose names begin with "default.".
        unless=lambda item: item[name].startswith("default."),
    )


def _delete_cluster(clients: Clients, resource: Resource) -> None:
    """Delete a cluster without a final snapshot, protected or not."""
    rds, identifier = clients.rds, resource.identifier
    for cluster in rds.describe_db_clusters(DBClusterIdentifier=identifier)["DBClusters"]:
        if cluster.get("DeletionProtection"):
            rds.modify_db_cluster(
                DBClusterIdentifier=identifier, DeletionProtection=False, ApplyImmediately=True
            )
    rds.delete_db_cluster(DBClusterIdentifier=identifier, SkipFinalSnapshot=True)


def _cluster_remains(clients: Clients, resource: Resource) -> bool:
    """Whether a cluster still exists; RDS returns "not found" for a deleted one."""
    return bool(
        clients.rds.describe_db_clusters(DBClusterIdentifier=resource.identifier)["DBClusters"]
    )


# Automated snapshots are deleted with their cluster or instance.
_MANUAL = {"SnapshotType": "manual"}
TYPES = (
    type_of_noun(
        *(Kind.DB_INSTANCE, "DBInstance", "DBInstanceIdentifier"),
        by_one_call("delete_db_instance", "DBInstanceIdentifier", SkipFinalSnapshot=True),
        within=lambda instance: instance.get("DBClusterIdentifier", ""),
        state=_state,
    ),
    type_of_noun(
        *(Kind.DB_CLUSTER, "DBCluster", "DBClusterIdentifier", _delete_cluster),
        state=_state,
        remains=_cluster_remains,
        seconds=_CLUSTER_SECONDS,
    ),
    _group(Kind.DB_SUBNET_GROUP, "DBSubnetGroup"),
    _group(Kind.DB_CLUSTER_PARAMETERS, "DBClusterParameterGroup"),
    _group(Kind.DB_PARAMETERS, "DBParameterGroup"),
    type_of_noun(
        *(Kind.DB_CLUSTER_SNAPSHOT, "DBClusterSnapshot", "DBClusterSnapshotIdentifier"),
        name=lambda snapshot: snapshot["DBClusterIdentifier"],
        state=_state,
        arguments=_MANUAL,
    ),
    type_of_noun(
        *(Kind.DB_SNAPSHOT, "DBSnapshot", "DBSnapshotIdentifier"), state=_state, arguments=_MANUAL
    ),
)
