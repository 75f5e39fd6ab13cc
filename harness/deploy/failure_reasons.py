"""Why a service did not become stable: Terraform only sees that time is up, its tasks know more."""

import logging
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from harness.targets.base import Target
from harness.terraform import AwsError, TerraformError
from stack.config import StackConfig

logger = logging.getLogger(__name__)

_SERVICE = re.compile(r"(?:^|\.)aws_ecs_service\.")
_REASON = re.compile(r"(?P<code>[A-Z]\w+(?:Error|Exception)): (?P<message>.*)", re.DOTALL)
# Stop codes of tasks that ended because of what they are, not because somebody wanted it.
# https://docs.aws.amazon.com/AmazonECS/latest/developerguide/stopped-task-error-codes.html
_FAILURES = ("TaskFailedToStart", "EssentialContainerExited", "SpotInterruption")
_MOST_TASKS = 100


def with_failure_reasons(
    error: TerraformError, target: Target, config: StackConfig
) -> TerraformError:
    """Put what the service's stopped tasks say first in an error about the service.

    Args:
        error: What an apply failed with.
        target: Where it was applied.
        config: What was deployed.

    Returns:
        The error itself when it is not about the service, or when no stopped task says more.
    """
    address = next(
        (each.address for each in error.diagnostics if _SERVICE.search(each.address)), ""
    )
    reasons = _reasons(target.session().client("ecs"), config, address) if address else []
    if not reasons:
        return error
    lines = [f"{address}: {reason}" for reason in reasons]
    seen = error.message.removeprefix(f"terraform {error.verb} failed: ")
    return TerraformError(
        f"terraform {error.verb} failed: " + "\n  also: ".join([*lines, seen]),
        verb=error.verb,
        diagnostics=error.diagnostics,
        aws_errors=[*reasons, *error.aws_errors],
        remedy=error.remedy,
    )


def _reasons(ecs: Any, config: StackConfig, address: str) -> list[AwsError]:
    """Return why the service's tasks stopped, the most frequent reason first."""
    try:
        stopped = Counter(filter(None, map(_reason, _stopped_tasks(ecs, config))))
    except (BotoCoreError, ClientError) as error:  # what Terraform said has to do then
        logger.info("stopped tasks cannot be asked for their reasons: %s", error)
        return []
    return [
        AwsError(code, f"{message} ({count} task(s) stopped)", "ECS", address=address)
        for (code, message), count in stopped.most_common()
    ]


def _stopped_tasks(ecs: Any, config: StackConfig) -> Iterator[Mapping[str, Any]]:
    cluster = config.ecs_cluster_name
    listed = ecs.list_tasks(
        cluster=cluster,
        serviceName=config.ecs_service_name,
        desiredStatus="STOPPED",
        maxResults=_MOST_TASKS,
    )
    if listed["taskArns"]:
        yield from ecs.describe_tasks(cluster=cluster, tasks=listed["taskArns"])["tasks"]


def _reason(task: Mapping[str, Any]) -> tuple[str, str] | None:
    """Return error code and message of a failed task, None for one that was told to stop."""
    if task.get("stopCode") not in _FAILURES:
        return None
    told = [task.get("stoppedReason", ""), *map(_container_reason, task["containers"])]
    text = "; ".join(filter(None, told))
    found = _REASON.match(text)
    return (found["code"], found["message"]) if found else (task["stopCode"], text)


def _container_reason(container: Mapping[str, Any]) -> str:
    status = f"exit status {container['exitCode']}" if container.get("exitCode") else ""
    said = ", ".join(filter(None, (status, container.get("reason", ""))))
    return f"container {container['name']}: {said}" if said else ""
