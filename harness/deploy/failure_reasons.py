"""Reasons why an ECS service did not become stable, read from its stopped tasks.

Terraform itself reports only a timeout.
"""

import logging
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from harness.run.stack_definition import EcsService
from harness.targets.base import Target
from harness.terraform import AwsError, TerraformError

logger = logging.getLogger(__name__)

_SERVICE = re.compile(r"(?:^|\.)aws_ecs_service\.")
_REASON = re.compile(r"(?P<code>[A-Z]\w+(?:Error|Exception)): (?P<message>.*)", re.DOTALL)
# Stop codes of tasks that failed, as opposed to tasks stopped on request.
# https://docs.aws.amazon.com/AmazonECS/latest/developerguide/stopped-task-error-codes.html
_FAILURES = ("TaskFailedToStart", "EssentialContainerExited", "SpotInterruption")
_MAX_TASKS = 100


def with_failure_reasons(
    error: TerraformError, target: Target, services: Sequence[EcsService]
) -> TerraformError:
    """Add the reasons of stopped tasks to an error about their service, before its message.

    Returns:
        The error itself if it is not about a service, or if no stopped task has a reason.
    """
    address = next(
        (each.address for each in error.diagnostics if _SERVICE.search(each.address)), ""
    )
    reasons = _reasons(target.session().client("ecs"), services, address) if address else []
    if not reasons:
        return error
    lines = [f"{address}: {reason}" for reason in reasons]
    timeout = error.message.removeprefix(f"terraform {error.verb} failed: ")
    return TerraformError(
        f"terraform {error.verb} failed: " + "\n  also: ".join([*lines, timeout]),
        verb=error.verb,
        diagnostics=error.diagnostics,
        aws_errors=[*reasons, *error.aws_errors],
        remedy=error.remedy,
    )


def _reasons(ecs: Any, services: Sequence[EcsService], address: str) -> list[AwsError]:
    """Return the reasons why the tasks stopped, the most frequent first."""
    try:
        tasks = chain.from_iterable(_stopped_tasks(ecs, service) for service in services)
        stopped = Counter(filter(None, map(_reason, tasks)))
    except (BotoCoreError, ClientError) as error:  # the message of Terraform remains
        logger.info("stopped tasks cannot be read: %s", error)
        return []
    return [
        AwsError(code, f"{message} ({count} task(s) stopped)", "ECS", address=address)
        for (code, message), count in stopped.most_common()
    ]


def _stopped_tasks(ecs: Any, service: EcsService) -> Iterator[Mapping[str, Any]]:
    listed = ecs.list_tasks(
        cluster=service.cluster,
        serviceName=service.name,
        desiredStatus="STOPPED",
        maxResults=_MAX_TASKS,
    )
    if listed["taskArns"]:
        yield from ecs.describe_tasks(cluster=service.cluster, tasks=listed["taskArns"])["tasks"]


def _reason(task: Mapping[str, Any]) -> tuple[str, str] | None:
    """Return error code and message of a failed task; None if it was stopped on request."""
    if task.get("stopCode") not in _FAILURES:
        return None
    reasons = [task.get("stoppedReason", ""), *map(_container_reason, task["containers"])]
    text = "; ".join(filter(None, reasons))
    found = _REASON.match(text)
    return (found["code"], found["message"]) if found else (task["stopCode"], text)


def _container_reason(container: Mapping[str, Any]) -> str:
    status = f"exit status {container['exitCode']}" if container.get("exitCode") else ""
    reason = ", ".join(filter(None, (status, container.get("reason", ""))))
    return f"container {container['name']}: {reason}" if reason else ""
