"""What there is in RDS."""

from collections.abc import Iterator
from typing import Any

from harness.checks.clients import Clients
from harness.checks.paging import pages
from harness.sweep.resource import Kind, Resource, as_tags

__all__ = ["database"]

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
