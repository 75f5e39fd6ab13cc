"""RDS: Aurora's clusters and instances, snapshots, groups."""

from collections.abc import Callable, Iterator
from typing import Any

from harness.aws.clients import Clients
from harness.aws.paging import describe_each, pages
from harness.aws.resources.resource import Kind, Resource, ResourceType, by_one_call, tagged
from harness.aws.tags import as_tags

_CLUSTER_SECONDS = 1800.0


def _described(
    kind: Kind, operation: str, noun: str, *, name: str = "", within: str = "", **arguments: Any
) -> Callable[[Clients], Iterator[Resource]]:
    """Return what lists a kind that one operation describes with its tags.

    Args:
        kind: The kind.
        operation: Method of the client.
        noun: What the answer calls an item.
        name: Where an item keeps the name that it is recognised by, if not in its identifier.
        within: Where an item keeps the identifier of what it is a part of.
        arguments: Arguments of the operation.
    """

    def listed(clients: Clients) -> Iterator[Resource]:
        for item in pages(clients.rds, operation, f"{noun}s", **arguments):
            yield Resource(
                kind,
                item[f"{noun}Identifier"],
                item.get(name, ""),
                as_tags(item.get("TagList", ())),
                within=item.get(within, ""),
                state=item.get("Status") or item.get("DBInstanceStatus") or "",
            )

    return listed


def _group(kind: Kind, noun: str, describe: str, delete: str) -> ResourceType:
    """Return the type of a kind of groups, which are described without their tags.

    Args:
        kind: The kind.
        noun: What the answer calls an item.
        describe: Method of the client.
        delete: Method of the client.
    """

    def listed(clients: Clients) -> Iterator[Resource]:
        rds: Any = clients.rds

        def described(item: dict[str, str]) -> Resource:
            arn = item[f"{noun}Arn"]
            return tagged(
                Resource(kind, item[f"{noun}Name"]),
                lambda: as_tags(rds.list_tags_for_resource(ResourceName=arn)["TagList"]),
            )

        # RDS creates those whose names begin with "default.".
        items = pages(rds, describe, f"{noun}s")
        return describe_each(
            (item for item in items if not item[f"{noun}Name"].startswith("default.")), described
        )

    return ResourceType(kind, listed, by_one_call("rds", delete, f"{noun}Name"))


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
_MANUAL = "manual"
TYPES = (
    ResourceType(
        Kind.DB_INSTANCE,
        _described(
            *(Kind.DB_INSTANCE, "describe_db_instances", "DBInstance"),
            within="DBClusterIdentifier",
        ),
        by_one_call("rds", "delete_db_instance", "DBInstanceIdentifier", SkipFinalSnapshot=True),
    ),
    ResourceType(
        Kind.DB_CLUSTER,
        _described(Kind.DB_CLUSTER, "describe_db_clusters", "DBCluster"),
        _delete_cluster,
        remains=_cluster_remains,
        seconds=_CLUSTER_SECONDS,
    ),
    _group(
        *(Kind.DB_SUBNET_GROUP, "DBSubnetGroup"),
        *("describe_db_subnet_groups", "delete_db_subnet_group"),
    ),
    _group(
        *(Kind.DB_CLUSTER_PARAMETERS, "DBClusterParameterGroup"),
        *("describe_db_cluster_parameter_groups", "delete_db_cluster_parameter_group"),
    ),
    _group(
        *(Kind.DB_PARAMETERS, "DBParameterGroup"),
        *("describe_db_parameter_groups", "delete_db_parameter_group"),
    ),
    ResourceType(
        Kind.DB_CLUSTER_SNAPSHOT,
        _described(
            *(Kind.DB_CLUSTER_SNAPSHOT, "describe_db_cluster_snapshots", "DBClusterSnapshot"),
            name="DBClusterIdentifier",
            SnapshotType=_MANUAL,
        ),
        by_one_call("rds", "delete_db_cluster_snapshot", "DBClusterSnapshotIdentifier"),
    ),
    ResourceType(
        Kind.DB_SNAPSHOT,
        _described(Kind.DB_SNAPSHOT, "describe_db_snapshots", "DBSnapshot", SnapshotType=_MANUAL),
        by_one_call("rds", "delete_db_snapshot", "DBSnapshotIdentifier"),
    ),
)
