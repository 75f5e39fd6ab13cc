"""ECS: clusters, services, tasks, task definitions."""

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

from harness.aws.clients import Clients
from harness.aws.paging import batches, describe_each, pages
from harness.aws.resources.resource import Kind, Resource, ResourceType, by_one_call, tagged
from harness.aws.tags import as_tags

# The most that one call describes:
# https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DescribeServices.html
_MOST = {"clusters": 100, "services": 10, "tasks": 100}


def _described(
    clients: Clients, noun: str, arns: Sequence[str], **within: str
) -> Iterator[dict[str, Any]]:
    """Yield the clusters, services or tasks with their tags; a deleted one is left out."""
    describe: Any = getattr(clients.ecs, f"describe_{noun}")
    for some in batches(arns, _MOST[noun]):
        yield from describe(**{noun: some}, include=["TAGS"], **within)[noun]


def _clusters(clients: Clients) -> Iterator[Resource]:
    arns = list(pages(clients.ecs, "list_clusters", "clusterArns"))
    for cluster in _described(clients, "clusters", arns):
        # An inactive one stays listed for a while:
        # https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeleteCluster.html
        if cluster.get("status") != "INACTIVE":
            arn, tags = cluster["clusterArn"], as_tags(cluster.get("tags", ()))
            yield Resource(Kind.ECS_CLUSTER, arn, _last_part(arn), tags)


def _within_clusters(
    kind: Kind, noun: str, key: str, status: str, clients: Clients
) -> Iterator[Resource]:
    """Yield what runs in each cluster; what has stopped only remains listed."""

    def within(cluster: str) -> list[Resource]:
        arns = list(pages(clients.ecs, f"list_{noun}", f"{key}s", cluster=cluster))
        return [
            Resource(
                *(kind, item[key], _last_part(item[key]), as_tags(item.get("tags", ()))),
                within=cluster,
            )
            for item in _described(clients, noun, arns, cluster=cluster)
            if item.get(status) not in ("INACTIVE", "STOPPED")
        ]

    for found in describe_each(pages(clients.ecs, "list_clusters", "clusterArns"), within):
        yield from found


def _task_definitions(clients: Clients) -> Iterator[Resource]:
    """Yield the active task definitions; an inactive one cannot be used any more.

    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deregister-task-definition-v2.html
    """
    ecs = clients.ecs

    def described(arn: str) -> Resource:
        def tags() -> dict[str, str]:
            answer = ecs.describe_task_definition(taskDefinition=arn, include=["TAGS"])
            return as_tags(answer.get("tags", ()))

        return tagged(Resource(Kind.TASK_DEFINITION, arn, _last_part(arn).partition(":")[0]), tags)

    arns = pages(ecs, "list_task_definitions", "taskDefinitionArns", status="ACTIVE")
    return describe_each(arns, described)


_services = partial(_within_clusters, Kind.ECS_SERVICE, "services", "serviceArn", "status")
_tasks = partial(_within_clusters, Kind.ECS_TASK, "tasks", "taskArn", "lastStatus")


def _last_part(arn: str) -> str:
    return arn.rpartition("/")[2]


def _delete_service(clients: Clients, resource: Resource) -> None:
    """Delete a service; by force, which scales it to zero."""
    clients.ecs.delete_service(cluster=resource.within, service=resource.identifier, force=True)


def _stop_task(clients: Clients, resource: Resource) -> None:
    clients.ecs.stop_task(cluster=resource.within, task=resource.identifier, reason="swept")


TYPES = (
    ResourceType(Kind.ECS_SERVICE, _services, _delete_service),
    ResourceType(Kind.ECS_TASK, _tasks, _stop_task),
    ResourceType(
        Kind.TASK_DEFINITION,
        _task_definitions,
        by_one_call("deregister_task_definition", "taskDefinition"),
    ),
    ResourceType(Kind.ECS_CLUSTER, _clusters, by_one_call("delete_cluster", "cluster")),
)
