"""The tasks of the service, as ECS describes them."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from harness.aws.paging import batches
from harness.checks.framework.context import CheckContext

if TYPE_CHECKING:
    from mypy_boto3_ecs.type_defs import TaskTypeDef

_MOST_PER_CALL = 100


@dataclass(frozen=True)
class RunningTask:
    """A task of the service that ECS wants running.

    Attributes:
        id: Last part of its ARN: what log streams and ``X-Task-Id`` carry.
        status: Its last status, such as ``RUNNING``.
        containers: Container name -> last status.
        capacity_provider: Capacity provider that it runs on; empty with a launch type.
        task_definition: ARN of its task definition.
        address: Its private IPv4 address; empty before it has one.
        zone: Availability zone that it runs in; empty if ECS does not say.
    """

    id: str
    status: str
    containers: dict[str, str]
    capacity_provider: str
    task_definition: str
    address: str
    zone: str


def running_tasks(context: CheckContext) -> list[RunningTask]:
    """Return the service's tasks whose desired status is RUNNING, by id."""
    # Between listing and describing, a task may have been told to stop.
    described = described_tasks(context)
    running = [_task(task) for task in described if task["desiredStatus"] == "RUNNING"]
    return sorted(running, key=lambda task: task.id)


def described_tasks(context: CheckContext) -> "list[TaskTypeDef]":
    """Return the service's tasks as ECS describes them, with their tags.

    https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DescribeTasks.html
    """
    ecs, cluster = context.clients.ecs, context.config.ecs_cluster_name
    pages = ecs.get_paginator("list_tasks").paginate(
        cluster=cluster, serviceName=context.config.ecs_service_name
    )
    arns = [arn for page in pages for arn in page["taskArns"]]
    tasks: list[TaskTypeDef] = []
    for part in batches(arns, _MOST_PER_CALL):
        tasks += ecs.describe_tasks(cluster=cluster, tasks=part, include=["TAGS"])["tasks"]
    return tasks


def _task(task: "TaskTypeDef") -> RunningTask:
    details = {
        detail["name"]: detail["value"]
        for attachment in task.get("attachments", ())
        if attachment["type"] == "ElasticNetworkInterface"
        for detail in attachment["details"]
    }
    return RunningTask(
        id=task["taskArn"].rpartition("/")[2],
        status=task["lastStatus"],
        containers={c["name"]: c.get("lastStatus", "") for c in task["containers"]},
        capacity_provider=task.get("capacityProviderName", ""),
        task_definition=task["taskDefinitionArn"],
        address=details.get("privateIPv4Address", ""),
        zone=task.get("availabilityZone", ""),
    )
