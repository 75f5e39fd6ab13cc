"""What there is in ECS, in Application Auto Scaling and in ECR."""

from collections.abc import Iterator
from typing import Any

from harness.aws.clients import Clients
from harness.aws.paging import batches, pages
from harness.aws.resources.resource import Kind, Resource
from harness.aws.tags import as_tags


def scalable_target(clients: Clients, resource: Resource) -> None:
    """Deregister a scalable target; its policies and their alarms end with it.

    https://docs.aws.amazon.com/autoscaling/application/APIReference/API_DeregisterScalableTarget.html
    """
    clients.application_autoscaling.deregister_scalable_target(
        ServiceNamespace="ecs",
        ResourceId=resource.identifier,
        ScalableDimension="ecs:service:DesiredCount",
    )


def ecs_service(clients: Clients, resource: Resource) -> None:
    """Delete a service; by force, which scales it to zero."""
    clients.ecs.delete_service(cluster=resource.within, service=resource.identifier, force=True)


def ecs_task(clients: Clients, resource: Resource) -> None:
    """Stop a task."""
    clients.ecs.stop_task(cluster=resource.within, task=resource.identifier, reason="swept")


def load_balancer(clients: Clients, resource: Resource) -> None:
    """Delete a load balancer and its listeners, protected or not."""
    elbv2, arn = clients.elbv2, resource.identifier
    elbv2.modify_load_balancer_attributes(
        LoadBalancerArn=arn,
        Attributes=[{"Key": "deletion_protection.enabled", "Value": "false"}],
    )
    for listener in elbv2.describe_listeners(LoadBalancerArn=arn)["Listeners"]:
        elbv2.delete_listener(ListenerArn=listener["ListenerArn"])
    elbv2.delete_load_balancer(LoadBalancerArn=arn)


_PREFIX = "catalog-"
_MOST_CLUSTERS = 100
_MOST_SERVICES = 10
_MOST_TASKS = 100


def containers(clients: Clients) -> Iterator[Resource]:
    """Yield clusters named like the stack's, what is in them, and its active task definitions."""
    ecs = clients.ecs
    arns = [arn for arn in pages(ecs, "list_clusters", "clusterArns") if _is_stack_like(arn)]
    for some in batches(arns, _MOST_CLUSTERS):
        for cluster in ecs.describe_clusters(clusters=some, include=["TAGS"])["clusters"]:
            if cluster["status"] != "INACTIVE":
                tags = as_tags(cluster.get("tags", ()))
                yield Resource(Kind.ECS_CLUSTER, cluster["clusterArn"], tags=tags)
                yield from _within(clients, cluster["clusterArn"])
    yield from _task_definitions(clients)


def _within(clients: Clients, cluster: str) -> Iterator[Resource]:
    ecs: Any = clients.ecs
    services = list(pages(ecs, "list_services", "serviceArns", cluster=cluster))
    for some in batches(services, _MOST_SERVICES):
        answer = ecs.describe_services(cluster=cluster, services=some, include=["TAGS"])
        for each in answer["services"]:
            tags = as_tags(each.get("tags", ()))
            yield Resource(Kind.ECS_SERVICE, each["serviceArn"], tags=tags, within=cluster)
    tasks = list(pages(ecs, "list_tasks", "taskArns", cluster=cluster))
    for some in batches(tasks, _MOST_TASKS):
        answer = ecs.describe_tasks(cluster=cluster, tasks=some, include=["TAGS"])
        for each in answer["tasks"]:
            tags = as_tags(each.get("tags", ()))
            yield Resource(Kind.ECS_TASK, each["taskArn"], tags=tags, within=cluster)


def _task_definitions(clients: Clients) -> Iterator[Resource]:
    ecs = clients.ecs
    known = {"familyPrefix": _PREFIX, "status": "ACTIVE"}
    for family in pages(ecs, "list_task_definition_families", "families", **known):
        revisions = {"familyPrefix": family, "status": "ACTIVE"}
        for arn in pages(ecs, "list_task_definitions", "taskDefinitionArns", **revisions):
            described = ecs.describe_task_definition(taskDefinition=arn, include=["TAGS"])
            yield Resource(Kind.TASK_DEFINITION, arn, tags=as_tags(described.get("tags", ())))


def scaling(clients: Clients) -> Iterator[Resource]:
    """Yield scalable targets; their policies and those policies' alarms end with them."""
    client = clients.application_autoscaling
    known = {"ServiceNamespace": "ecs"}
    for target in pages(client, "describe_scalable_targets", "ScalableTargets", **known):
        if target["ResourceId"].startswith(f"service/{_PREFIX}"):
            arn = target["ScalableTargetARN"]
            tags = client.list_tags_for_resource(ResourceARN=arn)["Tags"]
            yield Resource(Kind.SCALABLE_TARGET, target["ResourceId"], tags=tags)


def images(clients: Clients) -> Iterator[Resource]:
    """Yield image repositories."""
    for repository in pages(clients.ecr, "describe_repositories", "repositories"):
        answer = clients.ecr.list_tags_for_resource(resourceArn=repository["repositoryArn"])
        yield Resource(
            Kind.REPOSITORY, repository["repositoryName"], tags=as_tags(answer.get("tags", ()))
        )


def _is_stack_like(arn: str) -> bool:
    return arn.rpartition("/")[2].startswith(_PREFIX)
