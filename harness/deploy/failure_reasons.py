"""Why an apply failed, where Terraform reports only a state or a timeout.

For an ECS service: what its tasks report. On a target of this machine: the warnings in its log.
"""

import logging
import re
import time
import tomllib
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from harness.aws.clients import Clients
from harness.core.redaction import redact
from harness.deploy.service_watch import ServiceFailure
from harness.deploy.stopped_tasks import FailedTask, failed_tasks
from harness.deploy.task_logs import last_lines
from harness.run.stack_definition import EcsService
from harness.targets.base import Target
from harness.terraform.aws_error_parsing import AwsError
from harness.terraform.errors import TerraformError, remedy_for

logger = logging.getLogger(__name__)

# Of how many tasks the log is read: some end before anything is forwarded.
_LOGS = 5

_SERVICE = re.compile(r"(?:^|\.)aws_ecs_service\.")
# Of the harness's own modules: MiniStack warns of its tasks what ECS reports as well.
_WARNING = re.compile(
    r"^(\S+ \S+),\d+ (?:WARNING|ERROR) \w*harness\.\S+ (.*(?:\n(?!\d{4}-).+)*)", re.MULTILINE
)
_REMEDIES = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))["remedy"]


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
    if not address:
        return error
    prefix = f"terraform {error.verb} failed: "
    found = _service_error(target, services, address, error.message.removeprefix(prefix))
    if found is None:
        return error
    return TerraformError(
        prefix + found.message,
        verb=error.verb,
        diagnostics=error.diagnostics,
        aws_errors=[*found.aws_errors, *error.aws_errors],
        remedy=found.remedy or error.remedy,
    )


def logged_warnings(logs: Sequence[Path], since: float) -> list[str]:
    """Return the warnings and errors in the log of a target of this machine, similar ones once.

    Args:
        logs: Its log files, its own first; empty: it has none.
        since: The time from which on, in seconds since the epoch.
    """
    began = time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(since))
    paths = [path for path in logs[:1] if path.is_file()]
    text = "".join(path.read_text(encoding="utf-8", errors="replace") for path in paths)
    found = [redact(message) for logged, message in _WARNING.findall(text) if logged >= began]
    # A second attempt has, at most, other details.
    return list({each.partition("\n")[0]: each for each in found}.values())


def cancelled(
    target: Target, failure: ServiceFailure, what: str = "terraform apply"
) -> TerraformError:
    """Return the error of what was cancelled because a service cannot become stable.

    The tasks still exist.
    """
    where = f"ECS service {failure.service.name}"
    cause = f"{what} was cancelled: {failure.reason}"
    found = _service_error(target, [failure.service], where, cause)
    return found or TerraformError(f"{where}: {failure.reason}", verb="apply")


def _service_error(
    target: Target, services: Sequence[EcsService], where: str, cause: str
) -> TerraformError | None:
    """Return an error with the reasons of the failed tasks, the most frequent first."""
    clients = Clients(target.session())
    try:
        failed = [task for service in services for task in failed_tasks(clients.ecs, service)]
        events = [each for service in services for each in _events(clients.ecs, service, failed)]
    except (BotoCoreError, ClientError) as error:  # the message of Terraform remains
        logger.info("stopped tasks cannot be read: %s", error)
        return None
    if not failed:
        return None
    counts = Counter(task.cause for task in failed).most_common()
    by_cause = {cause: [task for task in failed if task.cause == cause] for cause, _ in counts}
    reasons = [
        AwsError(
            tasks[0].code,
            f"{tasks[0].message} ({len(tasks)} task(s) stopped)",
            "ECS",
            address=where,
        )
        for tasks in by_cause.values()
    ]
    first, *others = [f"{where}: {reason}" for reason in reasons]
    log = _logged(clients, by_cause[counts[0][0]])
    text = "\n  also: ".join(["\n".join([first, *events[:1], *log]), *others])
    return TerraformError(
        f"{text}\n  also: {cause}",
        verb="apply",
        aws_errors=reasons,
        remedy=remedy_for("\n".join(map(str, reasons)), _REMEDIES),
    )


def _events(ecs: Any, service: EcsService, failed: Sequence[FailedTask]) -> Iterator[str]:
    """Yield the events about unhealthy targets of failed tasks, indented, the newest first.

    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-event-messages-list.html
    """
    ids = [task.arn.rpartition("/")[2] for task in failed if "health check" in task.message]
    if ids:
        described = ecs.describe_services(cluster=service.cluster, services=[service.name])
        for message in (each["message"] for s in described["services"] for each in s["events"]):
            if "unhealthy" in message and any(each in message for each in ids):
                yield f"  {message}"


def _logged(clients: Clients, tasks: Sequence[FailedTask]) -> list[str]:
    """Return the last lines of the log of a task, indented: of the first task that has any."""
    for task in tasks[:_LOGS]:
        try:
            lines = last_lines(clients, task)
        except (BotoCoreError, ClientError) as error:  # the reason remains
            logger.info("the log of %s cannot be read: %s", task.arn, error)
            return []
        if lines:
            return ["  last lines of its log:", *(f"    {line}" for line in lines)]
    return []
