"""The main resources of the stack, looked up by their expected names."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from harness.aws.paging import batches, pages
from harness.checks.framework.check import one
from harness.checks.framework.context import CheckContext

if TYPE_CHECKING:
    from mypy_boto3_ecs.type_defs import ClusterTypeDef, ServiceTypeDef, TaskTypeDef
    from mypy_boto3_elbv2.type_defs import LoadBalancerTypeDef, TargetGroupTypeDef
    from mypy_boto3_rds.type_defs import DBClusterTypeDef

_MAX_TASKS_PER_CALL = 100
_HEALTH: Final = "TargetHealthDescriptions"


def load_balancer(context: CheckContext) -> "LoadBalancerTypeDef":
    """Return the load balancer."""
    name = context.expected.alb_name
    response = context.clients.elbv2.describe_load_balancers(Names=[name])
    return one(response["LoadBalancers"], f"load balancer {name}")


def target_group(context: CheckContext) -> "TargetGroupTypeDef":
    """Return the target group."""
    name = context.expected.target_group_name
    response = context.clients.elbv2.describe_target_groups(Names=[name])
    return one(response["TargetGroups"], f"target group {name}")


def target_health(context: CheckContext) -> dict[str, str]:
    """Return address -> state, with the reason unless it is healthy, of every target."""
    arn = context.once("target group", lambda: target_group(context)["TargetGroupArn"])
    response = context.clients.elbv2.describe_target_health(TargetGroupArn=arn)
    health = {each["Target"]["Id"]: each["TargetHealth"] for each in response[_HEALTH]}
    return {
        address: f"{each['State']} ({each['Reason']})" if "Reason" in each else each["State"]
        for address, each in health.items()
    }


def ecs_cluster(context: CheckContext) -> "ClusterTypeDef":
    """Return the ECS cluster, with its settings."""
    name = context.expected.ecs_cluster_name
    response = context.clients.ecs.describe_clusters(
        clusters=[name], include=["ATTACHMENTS", "CONFIGURATIONS", "SETTINGS"]
    )
    return one(response["clusters"], f"ECS cluster {name}")


def active_service(context: CheckContext) -> "ServiceTypeDef":
    """Return the ECS service, with its tags; it must be active."""
    expected = context.expected
    response = context.clients.ecs.describe_services(
        cluster=expected.ecs_cluster_name, services=[expected.ecs_service_name], include=["TAGS"]
    )
    active = [service for service in response["services"] if service["status"] == "ACTIVE"]
    return one(active, f"active service {expected.ecs_service_name}")


@dataclass(frozen=True)
class RunningTask:
    """A task of the service whose desired status is RUNNING.

    Attributes:
        id: Last part of its ARN, as in log streams and ``X-Task-Id``.
        containers: Container name -> last status.
        capacity_provider: Capacity provider that it runs on; empty with a launch type.
        task_definition: ARN of its task definition.
        address: Its private IPv4 address; empty before it has one.
        zone: Availability zone that it runs in; empty if ECS returns none.
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
    # A task may have been stopped between listing and describing.
    described = described_tasks(context)
    running = [_running_task(task) for task in described if task["desiredStatus"] == "RUNNING"]
    return sorted(running, key=lambda task: task.id)


def described_tasks(context: CheckContext) -> "list[TaskTypeDef]":
    """Return the service's tasks as ECS describes them, with their tags.

    https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DescribeTasks.html
    """
    ecs, cluster = context.clients.ecs, context.expected.ecs_cluster_name
    service = context.expected.ecs_service_name
    arns = list(pages(ecs, "list_tasks", "taskArns", cluster=cluster, serviceName=service))
    tasks: list[TaskTypeDef] = []
    for part in batches(arns, _MAX_TASKS_PER_CALL):
        tasks += ecs.describe_tasks(cluster=cluster, tasks=part, include=["TAGS"])["tasks"]
    return tasks


def aurora_cluster(context: CheckContext) -> "DBClusterTypeDef":
    """Return the Aurora cluster."""
    name = context.expected.aurora_cluster_identifier
    response = context.clients.rds.describe_db_clusters(DBClusterIdentifier=name)
    return one(response["DBClusters"], f"Aurora cluster {name}")


def _running_task(task: "TaskTypeDef") -> RunningTask:
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
