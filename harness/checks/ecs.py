"""The service: as many tasks as wanted, where wanted, running and logging."""

import json
from typing import TYPE_CHECKING

from harness.checks.check import check
from harness.checks.ecs_service import EcsService
from harness.checks.ecs_tasks import RunningTask, running_tasks
from harness.checks.evidence import Plane
from harness.checks.expect import expect, expect_equal
from harness.checks.resources import active_service
from harness.targets.base import Capability

if TYPE_CHECKING:
    pass

__all__ = ["Ecs"]

_TASKS = (Capability.ECS, Capability.ECS_DATA_PLANE)
_SPOT = "FARGATE_SPOT"


class Ecs(EcsService):
    """Checks of the ECS service, its configuration and its tasks."""

    @check("as many tasks run as wanted, and none is pending", plane=Plane.CONTROL, requires=_TASKS)
    def running_as_desired(self) -> str:
        """Wait until the service's own counts say so."""
        wanted = self.context.config.desired_count

        def counts() -> tuple[int, int, int]:
            service = active_service(self.context)
            return service["desiredCount"], service["runningCount"], service["pendingCount"]

        seen = self.context.eventually(
            counts,
            what=f"(desired, running, pending) tasks to be ({wanted}, {wanted}, 0)",
            ready=lambda seen: seen == (wanted, wanted, 0),
        )
        return "desired {}, running {}, pending {}".format(*seen)

    @check("every task runs on FARGATE_SPOT", plane=Plane.CONTROL, requires=_TASKS)
    def on_fargate_spot(self) -> str:
        """Look at the capacity provider of each task."""
        providers = {task.id: task.capacity_provider for task in self._tasks()}
        expect_equal("capacity providers", providers, dict.fromkeys(providers, _SPOT))
        return f"{len(providers)} tasks, all on {_SPOT}"

    @check(
        "the service has one deployment, and its rollout is completed",
        plane=Plane.CONTROL,
        requires=_TASKS,
    )
    def one_deployment(self) -> str:
        """Wait until the rollout is over; its tasks must have the service's definition."""

        def rollouts() -> list[tuple[str, str]]:
            deployments = active_service(self.context)["deployments"]
            return [(item["status"], item.get("rolloutState", "")) for item in deployments]

        self.context.eventually(
            rollouts,
            what="one deployment, PRIMARY and COMPLETED",
            ready=lambda seen: seen == [("PRIMARY", "COMPLETED")],
        )
        definition = active_service(self.context)["taskDefinition"]
        seen = {task.task_definition for task in self._tasks()}
        expect_equal("task definitions of the tasks", seen, {definition})
        return f"one deployment of {definition.rpartition('/')[2]}, COMPLETED"

    @check("the containers of every task are running", plane=Plane.CONTROL, requires=_TASKS)
    def containers_running(self) -> str:
        """Wait until each container of each task says so."""

        def containers() -> dict[str, dict[str, str]]:
            return {task.id: task.containers for task in running_tasks(self.context)}

        def ready(seen: dict[str, dict[str, str]]) -> bool:
            return bool(seen) and all(set(each.values()) == {"RUNNING"} for each in seen.values())

        seen = self.context.eventually(
            containers, what="tasks with every container RUNNING", ready=ready
        )
        return f"{sum(map(len, seen.values()))} containers in {len(seen)} tasks RUNNING"

    @check(
        "every task writes its own lines into its own log stream",
        plane=Plane.DATA,
        requires=(*_TASKS, Capability.LOGS),
    )
    def logs_per_task(self) -> str:
        """Read each task's stream; every line must carry that task's id."""
        tasks = self._tasks()
        counts = {task.id: self._own_lines(task) for task in tasks}
        shown = ", ".join(f"{task} {count}" for task, count in counts.items())
        return f"lines by task: {shown}"

    def _own_lines(self, task: RunningTask) -> int:
        container = self.container()
        options = container["logConfiguration"]["options"]
        stream = f"{options['awslogs-stream-prefix']}/{container['name']}/{task.id}"
        group = self.context.config.log_group_name
        logs = self.context.clients.logs

        def messages() -> list[str]:
            try:
                answer = logs.get_log_events(
                    logGroupName=group, logStreamName=stream, limit=50, startFromHead=True
                )
            except logs.exceptions.ResourceNotFoundException:
                return []
            return [event["message"] for event in answer["events"]]

        seen = self.context.eventually(messages, what=f"lines in {group}:{stream}", ready=bool)
        writers = {_writer(message) for message in seen} - {None}
        expect_equal(f"tasks that write to {stream}", writers, {task.id})
        return len(seen)

    def _tasks(self) -> list[RunningTask]:
        tasks = running_tasks(self.context)
        expect(bool(tasks), "running tasks", "none")
        return tasks


def _writer(message: str) -> str | None:
    """The task that a log line names; None for a line that names none (a crash's traceback)."""
    try:
        entry = json.loads(message)
    except ValueError:
        return None
    return entry.get("task_id") if isinstance(entry, dict) else None
