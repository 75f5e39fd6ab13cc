"""RDS: Aurora's clusters and instances, snapshots, groups."""

from collections.abc import Callable, Iterator
from typing import Any

from harness.aws.clients import Clients
from harness.aws.paging import describe_each, pages
from harness.aws.resources.resource import Kind, Resource
from harness.aws.resources.resource_type import ResourceType, by_one_call
from harness.aws.tags import as_tags

_CLUSTER_SECONDS = 1800.0


def _clusters(clients: Clients) -> Iterator[Resource]:
    for item in pages(clients.rds, "describe_db_clusters", "DBClusters"):
        identifier, tags = item["DBClusterIdentifier"], as_tags(item.get("TagList", ()))
        yield Resource(Kind.DB_CLUSTER, identifier, tags=tags, state=item.get("Status", ""))


def _instances(clients: Clients) -> Iterator[Resource]:
    for item in pages(clients.rds, "describe_db_instances", "DBInstances"):
        yield Resource(
            Kind.DB_INSTANCE,
            item["DBInstanceIdentifier"],
            tags=as_tags(item.get("TagList", ())),
            within=item.get("DBClusterIdentifier", ""),
            state=item.get("DBInstanceStatus", ""),
        )


def _cluster_snapshots(clients: Clients) -> Iterator[Resource]:
    """Yield manual snapshots; automated ones are deleted with their cluster."""
    for item in pages(
        clients.rds,
        "describe_db_cluster_snapshots",
        "DBClusterSnapshots",
        SnapshotType="manual",
    ):
        identifier, cluster = item["DBClusterSnapshotIdentifier"], item["DBClusterIdentifier"]
        tags = as_tags(item.get("TagList", ()))
        yield Resource(Kind.DB_CLUSTER_SNAPSHOT, identifier, cluster, tags)


def _snapshots(clients: Clients) -> Iterator[Resource]:
    """Yield manual snapshots; automated ones are deleted with their instance."""
    for item in pages(clients.rds, "describe_db_snapshots", "DBSnapshots", SnapshotType="manual"):
        tags = as_tags(item.get("TagList", ()))
        yield Resource(Kind.DB_SNAPSHOT, item["DBSnapshotIdentifier"], tags=tags)


def _groups(kind: Kind, operation: str, noun: str) -> Callable[[Clients], Iterator[Resource]]:
    """Return what lists a kind of groups; RDS creates those whose names begin with "default."."""

    def listed(clients: Clients) -> Iterator[Resource]:
        rds: Any = clients.rds

        def described(item: dict[str, str]) -> Resource:
            answer = rds.list_tags_for_resource(ResourceName=item[f"{noun}Arn"])
            return Resource(kind, item[f"{noun}Name"], tags=as_tags(answer["TagList"]))

        items = pages(rds, operation, f"{noun}s")
        return describe_each(
            (item for item in items if not item[f"{noun}Name"].startswith("default.")), described
        )

    return listed


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


TYPES = (
    ResourceType(
        Kind.DB_INSTANCE,
        _instances,
        by_one_call("rds", "delete_db_instance", "DBInstanceIdentifier", SkipFinalSnapshot=True),
    ),
    ResourceType(
        Kind.DB_CLUSTER,
        _clusters,
        _delete_cluster,
        remains=_cluster_remains,
        seconds=_CLUSTER_SECONDS,
    ),
    ResourceType(
        Kind.DB_SUBNET_GROUP,
        _groups(Kind.DB_SUBNET_GROUP, "describe_db_subnet_groups", "DBSubnetGroup"),
        by_one_call("rds", "delete_db_subnet_group", "DBSubnetGroupName"),
    ),
    ResourceType(
        Kind.DB_CLUSTER_PARAMETERS,
        _groups(
            Kind.DB_CLUSTER_PARAMETERS,
            "describe_db_cluster_parameter_groups",
            "DBClusterParameterGroup",
        ),
        by_one_call("rds", "delete_db_cluster_parameter_group", "DBClusterParameterGroupName"),
    ),
    ResourceType(
        Kind.DB_PARAMETERS,
        _groups(Kind.DB_PARAMETERS, "describe_db_parameter_groups", "DBParameterGroup"),
        by_one_call("rds", "delete_db_parameter_group", "DBParameterGroupName"),
    ),
    ResourceType(
        Kind.DB_CLUSTER_SNAPSHOT,
        _cluster_snapshots,
        by_one_call("rds", "delete_db_cluster_snapshot", "DBClusterSnapshotIdentifier"),
    ),
    ResourceType(
        Kind.DB_SNAPSHOT,
        _snapshots,
        by_one_call("rds", "delete_db_snapshot", "DBSnapshotIdentifier"),
    ),
)
