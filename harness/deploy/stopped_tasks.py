"""The stopped tasks of an ECS service, and why they failed."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from harness.core.redaction import redact
from harness.run.stack_definition import EcsService

_REASON = re.compile(r"(?P<code>[A-Z]\w+(?:Error|Exception)): (?P<message>.*)", re.DOTALL)
# Stop codes of tasks that failed, as opposed to tasks stopped on request.
# https://docs.aws.amazon.com/AmazonECS/latest/developerguide/stopped-task-error-codes.html
_FAILURES = ("TaskFailedToStart", "EssentialContainerExited", "SpotInterruption")
# The service scheduler stops them on its own account.
_UNHEALTHY = re.compile(r"failed .*health checks?", re.IGNORECASE)
# Failures that the same task definition need not have the next time.
_TRANSIENT = re.compile(
    r"SpotInterruption|Capacity is unavailable|InternalError|Unexpected EC2 error|"
    r"Timeout waiting for network interface provisioning"
)
# Parts of a reason that differ from task to task: ids of tasks, containers and requests.
_ID = re.compile(r"\b(?=[a-f-]*\d)[0-9a-f-]{8,}\b")
_MAX_TASKS = 100


@dataclass(frozen=True)
class FailedTask:
    """A task that failed.

    Attributes:
        definition: ARN of its task definition.
        code: Error code, such as ``CannotPullContainerError``, or ECS's stop code.
        message: Stopped reason of the task, and exit status and reason of its containers.
        stopped_at: When it stopped, by the clock of the target.
    """

    arn: str
    definition: str
    code: str
    message: str
    stopped_at: datetime | None

    def __str__(self) -> str:
        return f"{self.code}: {self.message}"

    @property
    def cause(self) -> tuple[str, str]:
        """Code and message without ids, the same for all tasks that failed for the same reason."""
        return self.code, _ID.sub("*", self.message)

    @property
    def is_transient(self) -> bool:
        """Whether its replacement may succeed without any change."""
        return _TRANSIENT.search(str(self)) is not None


def failed_tasks(ecs: Any, service: EcsService) -> list[FailedTask]:
    """Return the failed tasks of a service that ECS still lists, at most 100.

    Raises:
        ClientError: The cluster or the service does not exist, or a permission is missing.
    """
    return list(filter(None, map(_failed, tasks_of(ecs, service, "STOPPED"))))


def tasks_of(ecs: Any, service: EcsService, status: str) -> Iterator[Mapping[str, Any]]:
    """Yield the descriptions of the tasks of a service with a desired status."""
    listed = ecs.list_tasks(
        cluster=service.cluster,
        serviceName=service.name,
        desiredStatus=status,
        maxResults=_MAX_TASKS,
    )
    if listed["taskArns"]:
        yield from ecs.describe_tasks(cluster=service.cluster, tasks=listed["taskArns"])["tasks"]


def _failed(task: Mapping[str, Any]) -> FailedTask | None:
    """Return a stopped task as a failed one; None if it was stopped on request."""
    stopped, stop_code = task.get("stoppedReason", ""), task.get("stopCode")
    if stop_code not in _FAILURES and not _UNHEALTHY.search(stopped):
        return None
    text = redact("; ".join(filter(None, [stopped, *map(container_reason, task["containers"])])))
    found = _REASON.match(text)
    code, message = (found["code"], found["message"]) if found else (str(stop_code), text)
    definition = task.get("taskDefinitionArn", "")
    return FailedTask(task["taskArn"], definition, code, message, task.get("stoppedAt"))


def container_reason(container: Mapping[str, Any]) -> str:
    """Return exit status and reason of a stopped container; empty if it has neither."""
    status = f"exit status {container['exitCode']}" if container.get("exitCode") else ""
    reason = ", ".join(filter(None, (status, container.get("reason", ""))))
    return f"container {container['name']}: {reason}" if reason else ""
