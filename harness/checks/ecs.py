"""ECS: the service's settings, its rollout, and its tasks, running and logging."""

import json
from typing import TYPE_CHECKING, Any

from harness.aws.capability import Capability
from harness.checks.framework.check import ServiceChecks, check, expect, expect_equal, one
from harness.checks.framework.expected import Tier
from harness.checks.framework.resources import (
    RunningTask,
    active_service,
    ecs_cluster,
    running_tasks,
)
from harness.run.evidence import Plane

if TYPE_CHECKING:
    from mypy_boto3_ecs.type_defs import TaskDefinitionTypeDef

_TASKS = (Capability.ECS_DATA_PLANE,)
_SPOT = "FARGATE_SPOT"


class Ecs(ServiceChecks):
    """Checks of the ECS cluster, the service, its task definition and its tasks."""

    service = "ecs"
    tier = Tier.SERVICE
    requires = (Capability.ECS,)

    @check("the service has the FARGATE_SPOT strategy, and no launch type")
    def capacity_provider_strategy(self) -> str:
        """Compare the strategy, and the providers attached to the cluster."""
        service = active_service(self.context)
        strategy = [
            (item["capacityProvider"], item.get("weight", 0), item.get("base", 0))
            for item in service.get("capacityProviderStrategy", ())
        ]
        expect_equal("strategy (provider, weight, base)", strategy, [(_SPOT, 100, 0)])
        expect_equal("launch type", service.get("launchType"), None)
        attached = set(ecs_cluster(self.context)["capacityProviders"])
        expect_equal("providers of the cluster", attached, {"FARGATE", _SPOT})
        return f"{_SPOT}, weight 100, base 0; no launch type"

    @check("a failing deployment is rolled back")
    def circuit_breaker(self) -> str:
        """Compare the deployment circuit breaker."""
        deployments = active_service(self.context)["deploymentConfiguration"]
        breaker = deployments.get("deploymentCircuitBreaker", {})
        actual = (breaker.get("enable"), breaker.get("rollback"))
        expect_equal("circuit breaker (enabled, rollback)", actual, (True, True))
        return "circuit breaker enabled, with rollback"

    @check("the tasks are in the private subnets, without public addresses")
    def private_network(self) -> str:
        """Compare the network configuration of the service."""
        network = active_service(self.context)["networkConfiguration"]["awsvpcConfiguration"]
        outputs = self.context.outputs
        groups = network.get("securityGroups", [])
        expect_equal("subnets", set(network["subnets"]), set(outputs.private_subnet_ids))
        expect_equal("security groups", groups, [outputs.service_security_group_id])
        expect_equal("public addresses", network.get("assignPublicIp"), "DISABLED")
        return f"{len(network['subnets'])} private subnets, no public addresses"

    @check(
        "the task definition is for Fargate, with the expected size, image, roles and health check"
    )
    def task_definition(self) -> str:
        """Compare the task definition that the service runs."""
        stack = self.context.expected
        definition, container = self._definition(), self._container()
        actual = {
            "CPU": definition.get("cpu"),
            "memory": definition.get("memory"),
            "network mode": definition.get("networkMode"),
            "Fargate": "FARGATE" in definition.get("requiresCompatibilities", ()),
            "execution role": _name(definition.get("executionRoleArn", "")),
            "task role": _name(definition.get("taskRoleArn", "")),
            "image": container["image"],
            "ports": [port.get("containerPort") for port in container.get("portMappings", ())],
            "log group": container["logConfiguration"]["options"].get("awslogs-group"),
            "health check": bool(container.get("healthCheck", {}).get("command")),
        }
        expected = {
            "CPU": str(stack.task_cpu),
            "memory": str(stack.task_memory),
            "network mode": "awsvpc",
            "Fargate": True,
            "execution role": stack.execution_role_name,
            "task role": stack.task_role_name,
            "image": stack.image,
            "ports": [stack.container_port],
            "log group": stack.log_group_name,
            "health check": True,
        }
        expect_equal("task definition", actual, expected)
        return f"{stack.image}, {stack.task_cpu} CPU units, {stack.task_memory} MiB"

    @check("the tasks get the database credentials from the secret, and none in plain text")
    def credentials_injected(self) -> str:
        """Compare the container's secrets; its environment must have no password."""
        container = self._container()
        actual = {item["name"]: item["valueFrom"] for item in container.get("secrets", ())}
        arn = self.context.outputs.secret_arn
        keys = ("username", "password", "host", "port")
        expected = {f"DB_{key.upper()}": f"{arn}:{key}::" for key in keys}
        expect_equal("secrets", actual, {**expected, "DB_NAME": f"{arn}:dbname::"})
        plain = [item["name"] for item in container.get("environment", ())]
        leaked = [name for name in plain if "PASSWORD" in name.upper()]
        expect(not leaked, "no password in the plain environment", leaked)
        return f"{', '.join(sorted(actual))} from the secret"

    @check("the desired number of tasks runs, and none is pending", requires=_TASKS)
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

    @check("every task runs on FARGATE_SPOT", requires=_TASKS)
    def on_fargate_spot(self) -> str:
        """Compare the capacity provider of each task."""
        providers = {task.id: task.capacity_provider for task in self._tasks()}
        expect_equal("capacity providers", providers, dict.fromkeys(providers, _SPOT))
        return f"{len(providers)} tasks, all on {_SPOT}"

    @check("the service has one deployment, and its rollout is completed", requires=_TASKS)
    def one_deployment(self) -> str:
        """Wait until the rollout is completed; its tasks must have the service's definition."""

        def rollouts() -> list[tuple[str, str]]:
            deployments = active_service(self.context)["deployments"]
            return [(item["status"], item.get("rolloutState", "")) for item in deployments]

        self.context.eventually(
            rollouts,
            what="one deployment, PRIMARY and COMPLETED",
            ready=lambda actual: actual == [("PRIMARY", "COMPLETED")],
        )
        definition = active_service(self.context)["taskDefinition"]
        actual = {task.task_definition for task in self._tasks()}
        expect_equal("task definitions of the tasks", actual, {definition})
        return f"one deployment of {definition.rpartition('/')[2]}, COMPLETED"

    @check("the containers of every task are running", requires=_TASKS)
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
        plane=Plane.DATA,
        requires=(*_TASKS, Capability.LOGS),
    )
    def logs_per_task(self) -> str:
        """Read each task's stream; every line must carry that task's id."""
        tasks = self._tasks()
        counts = {task.id: self._count_lines(task) for task in tasks}
        shown = ", ".join(f"{task} {count}" for task, count in counts.items())
        return f"lines by task: {shown}"

    def _count_lines(self, task: RunningTask) -> int:
        container = self._container()
        options = container["logConfiguration"]["options"]
        stream = f"{options['awslogs-stream-prefix']}/{container['name']}/{task.id}"
        group = self.context.expected.log_group_name
        logs = self.context.clients.logs

        def messages() -> list[str]:
            try:
                response = logs.get_log_events(
                    logGroupName=group, logStreamName=stream, limit=50, startFromHead=True
                )
            except logs.exceptions.ResourceNotFoundException:
                return []
            return [event["message"] for event in response["events"]]

        actual = self.context.eventually(messages, what=f"lines in {group}:{stream}", ready=bool)
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

    def _container(self) -> Any:
        return one(self._definition()["containerDefinitions"], "container")


def _name(arn: str) -> str:
    return arn.rpartition("/")[2]


def _writer(message: str) -> str | None:
    """Return the task id in a log line; None for a line without one (a crash's traceback)."""
    try:
        entry = json.loads(message)
    except ValueError:
        return None
    return entry.get("task_id") if isinstance(entry, dict) else None
