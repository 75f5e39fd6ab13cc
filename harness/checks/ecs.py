"""ECS: the service's settings, its rollout, and its tasks, running and logging."""

import json
from typing import TYPE_CHECKING, Any

from harness.aws.capability import Capability
from harness.aws.paging import pages
from harness.checks.framework.check import ServiceChecks, check, expect, expect_equal, one
from harness.checks.framework.description import contains
from harness.checks.framework.expected import Tier
from harness.checks.framework.resources import (
    RunningTask,
    active_service,
    described_tasks,
    ecs_cluster,
    running_tasks,
)
from harness.checks.probes.credentials import read_credentials
from harness.run.evidence import Plane

if TYPE_CHECKING:
    from mypy_boto3_ecs.type_defs import TaskDefinitionTypeDef

_TASKS = (Capability.ECS_DATA_PLANE,)
_SPOT = "FARGATE_SPOT"
_LINES = 10_000


class Ecs(ServiceChecks):
    """Checks of the ECS cluster, the service, its task definition and its tasks."""

    service = "ecs"
    requires = (Tier.SERVICE, Capability.ECS)

    @check("the cluster is as configured, with FARGATE and FARGATE_SPOT, for the service alone")
    def cluster(self) -> str:
        """Compare the cluster with its settings and capacity providers; it has no other tasks."""
        cluster, ecs = ecs_cluster(self.context), self.context.clients.ecs
        name = cluster["clusterName"]
        of_service = f"service:{self.context.expected.ecs_service_name}"
        arns = list(pages(ecs, "list_tasks", "taskArns", cluster=name))[:100]
        tasks = ecs.describe_tasks(cluster=name, tasks=arns)["tasks"] if arns else []
        others = [task["taskArn"] for task in tasks if task.get("group") != of_service]
        return self.compare("ECS cluster", {name: {**cluster, "OtherTasks": others}})

    @check("the service is as configured: FARGATE_SPOT, private subnets, a circuit breaker")
    def configuration(self) -> str:
        """Compare the service with its network, strategy and deployment settings."""
        service = active_service(self.context)
        return self.compare("ECS service", {service["serviceArn"]: service})

    @check("the task definition of the service is as configured")
    def task_definition(self) -> str:
        """Compare the whole definition with its container."""
        definition = self._definition()
        return self.compare("task definition", {definition["taskDefinitionArn"]: definition})

    @check(
        "the database password is nowhere in plain text", Capability.SECRETSMANAGER, Capability.LOGS
    )
    def no_plain_password(self) -> str:
        """Search for the password itself where anybody who may describe or log can read it.

        The configuration of every resource (other checks compare it with the resources), the
        outputs, every revision of the task definition, the service, its tasks, and the events of
        the log group. Not in Terraform's state, which has it and is protected as the secret is.
        """
        ecs, stack = self.context.clients.ecs, self.context.expected
        password = read_credentials(self.context).password
        arns = [
            arn
            for status in ("ACTIVE", "INACTIVE")
            for arn in pages(
                ecs,
                "list_task_definitions",
                "taskDefinitionArns",
                familyPrefix=stack.task_family,
                status=status,
            )
        ]
        revisions = {arn: ecs.describe_task_definition(taskDefinition=arn) for arn in arns}
        places: dict[str, Any] = {
            **revisions,
            "the service": active_service(self.context),
            **{task["taskArn"]: task for task in described_tasks(self.context)},
            "the configuration": self.context.configured,
            "the outputs": vars(self.context.outputs),
            f"log group {stack.log_group_name}": self._messages(),
        }
        found = [name for name, place in places.items() if contains(place, password)]
        expect(not found, "the password in none of them", f"it is in {', '.join(found)}")
        return f"searched {len(places)} places for the password of the secret"

    @check("the desired number of tasks runs, and none is pending", *_TASKS)
    def running_as_desired(self) -> str:
        """Wait until the counts of the service are equal."""
        expected = self.context.expected.desired_count

        def counts() -> tuple[int, int, int]:
            service = active_service(self.context)
            return service["desiredCount"], service["runningCount"], service["pendingCount"]

        actual = self.context.eventually(
            counts,
            what=f"(desired, running, pending) tasks to be ({expected}, {expected}, 0)",
            ready=lambda actual: actual == (expected, expected, 0),
        )
        return "desired {}, running {}, pending {}".format(*actual)

    @check("every task runs on FARGATE_SPOT", *_TASKS)
    def on_fargate_spot(self) -> str:
        """Compare the capacity provider of each task."""
        providers = {task.id: task.capacity_provider for task in self._tasks()}
        expect_equal("capacity providers", providers, dict.fromkeys(providers, _SPOT))
        return f"{len(providers)} tasks, all on {_SPOT}"

    @check("the service has one deployment, and its rollout is completed", *_TASKS)
    def one_deployment(self) -> str:
        """Wait until the rollout is completed, and every task has the service's definition."""

        def rollouts() -> list[tuple[str, str]]:
            deployments = active_service(self.context)["deployments"]
            return [(item["status"], item.get("rolloutState", "")) for item in deployments]

        self.context.eventually(
            rollouts,
            what="one deployment, PRIMARY and COMPLETED",
            ready=lambda actual: actual == [("PRIMARY", "COMPLETED")],
        )
        definition = active_service(self.context)["taskDefinition"]
        self.context.eventually(
            lambda: {task.task_definition for task in running_tasks(self.context)},
            what=f"tasks of {definition} alone",
            ready=lambda actual: actual == {definition},
        )
        return f"one deployment of {definition.rpartition('/')[2]}, COMPLETED"

    @check("the containers of every task are running", *_TASKS)
    def containers_running(self) -> str:
        """Wait until each container of each task is RUNNING."""

        def containers() -> dict[str, dict[str, str]]:
            return {task.id: task.containers for task in running_tasks(self.context)}

        def ready(actual: dict[str, dict[str, str]]) -> bool:
            return bool(actual) and all(
                set(each.values()) == {"RUNNING"} for each in actual.values()
            )

        actual = self.context.eventually(
            containers, what="tasks with every container RUNNING", ready=ready
        )
        return f"{sum(map(len, actual.values()))} containers in {len(actual)} tasks RUNNING"

    @check(
        "every task writes its log lines to its own log stream",
        *_TASKS,
        Capability.LOGS,
        plane=Plane.DATA,
    )
    def logs_per_task(self) -> str:
        """Read each task's stream; every line must carry that task's id.

        The newest lines, as many as one response has: at most 10,000, or 1 MB.
        https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_GetLogEvents.html
        """
        logging = [c for c in self._definition()["containerDefinitions"] if "logConfiguration" in c]
        container = one(logging, "container with logs")
        counts = {task.id: self._count_lines(container, task) for task in self._tasks()}
        shown = ", ".join(f"{task} {count}" for task, count in counts.items())
        return f"lines by task: {shown}"

    def _messages(self) -> list[str]:
        """Return the newest events of every log stream."""
        logs, group = self.context.clients.logs, self.context.expected.log_group_name
        names = "logStreams[].logStreamName"
        streams = pages(logs, "describe_log_streams", names, logGroupName=group)
        return [message for stream in streams for message in self._newest(stream)]

    def _newest(self, stream: str) -> list[str]:
        """Return the newest events of a log stream, none if it does not exist."""
        logs = self.context.clients.logs
        try:
            response = logs.get_log_events(
                logGroupName=self.context.expected.log_group_name,
                logStreamName=stream,
                limit=_LINES,
                startFromHead=False,
            )
        except logs.exceptions.ResourceNotFoundException:
            return []
        return [event["message"] for event in response["events"]]

    def _count_lines(self, container: Any, task: RunningTask) -> int:
        options = container["logConfiguration"]["options"]
        stream = f"{options['awslogs-stream-prefix']}/{container['name']}/{task.id}"
        group = self.context.expected.log_group_name
        actual = self.context.eventually(
            lambda: self._newest(stream), what=f"lines in {group}:{stream}", ready=bool
        )
        writers = {_writer(message) for message in actual} - {None}
        expect_equal(f"tasks that write to {stream}", writers, {task.id})
        return len(actual)

    def _tasks(self) -> list[RunningTask]:
        tasks = running_tasks(self.context)
        expect(bool(tasks), "running tasks", "none")
        return tasks

    def _definition(self) -> "TaskDefinitionTypeDef":
        arn = active_service(self.context)["taskDefinition"]
        return self.context.clients.ecs.describe_task_definition(taskDefinition=arn)[
            "taskDefinition"
        ]


def _writer(message: str) -> str | None:
    """Return the task id in a log line; None for a line without one (a crash's traceback)."""
    try:
        entry = json.loads(message)
    except ValueError:
        return None
    return entry.get("task_id") if isinstance(entry, dict) else None
