"""Watches the ECS services of a run during apply, and cancels one that cannot succeed.

Terraform waits for a stable service until its timeout, whatever its tasks report
(https://github.com/hashicorp/terraform-provider-aws/issues/20858).
"""

import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from harness.aws.clients import Clients
from harness.core.errors import WaitTimeoutError
from harness.core.wait import wait_until
from harness.deploy.stopped_tasks import FailedTask, failed_tasks, tasks_of
from harness.run.stack_definition import EcsService
from harness.targets.base import Target

_PAUSE_SECONDS = 2.0
# A rollout may be marked as failed before its last task has stopped with the reason.
_ROUNDS_WITHOUT_REASON = 4
_FAILED_TASKS = 3
_CONFIG = Config(connect_timeout=3, read_timeout=5, retries={"total_max_attempts": 1})


@dataclass(frozen=True)
class ServiceFailure:
    """A service that cannot become stable, and why that is known."""

    service: EcsService
    reason: str


class ServiceWatch:
    """The watch of one apply; ``cancel`` is set when a service has failed, and stops Terraform."""

    def __init__(
        self,
        target: Target,
        services: Sequence[EcsService],
        note: Callable[[str], object],
        event: Callable[[str, str], object],
    ) -> None:
        self.cancel = threading.Event()
        self.failure: ServiceFailure | None = None
        self._target = target
        self._services = services
        self._note = note
        self._event = event
        self._noted: set[tuple[str, str]] = set()
        self._progress: dict[EcsService, str] = {}
        self.ended = threading.Event()
        self._rounds_without_reason = _ROUNDS_WITHOUT_REASON

    def run(self) -> None:
        """Observe until a service has failed, or until ``ended`` is set."""
        clients = Clients(self._target.session(), _CONFIG)
        with suppress(WaitTimeoutError):
            wait_until(
                lambda: self.ended.is_set() or self._failed(clients),
                what="a failed ECS service, or the end of apply",
                ready=bool,
                timeout=self._target.deadlines.apply,
                delay=_PAUSE_SECONDS,
                # No service yet, no permission, a target that ended: Terraform decides.
                retry_on=(BotoCoreError, ClientError),
                sleep=self.ended.wait,
            )

    def _failed(self, clients: Clients) -> bool:
        for service in self._services:
            tasks = failed_tasks(clients.ecs, service)
            self._report(service, tasks)
            self._report_progress(clients, service, tasks)
            reason = failure_of(clients.ecs, service, tasks)
            if reason and (tasks or not self._rounds_without_reason):
                self.failure = ServiceFailure(service, reason)
                self.cancel.set()
                return True
            self._rounds_without_reason -= bool(reason)
        return False

    def _report(self, service: EcsService, tasks: Sequence[FailedTask]) -> None:
        for task in tasks:
            if task.cause not in self._noted:
                self._noted.add(task.cause)
                self._note(f"ECS service {service.name}: a task stopped: {task}")

    def _report_progress(
        self, clients: Clients, service: EcsService, tasks: Sequence[FailedTask]
    ) -> None:
        try:
            progress = _progress(clients, service, tasks)
        except (BotoCoreError, ClientError):  # such as a missing permission: only for people
            return
        if progress and progress != self._progress.get(service):
            self._progress[service] = progress
            self._event(f"ECS service {service.name}", progress)


@contextmanager
def watched(
    target: Target,
    services: Sequence[EcsService],
    note: Callable[[str], object],
    event: Callable[[str, str], object],
) -> Iterator[ServiceWatch]:
    """Watch services in a thread within the context.

    Without a service there is no thread. ``note`` receives a line for each new reason why a task
    stopped, ``event`` a service and its progress whenever that changes.
    """
    watch = ServiceWatch(target, services, note, event)
    if not services:
        yield watch
        return
    thread = threading.Thread(target=watch.run, name="service-watch", daemon=True)
    thread.start()
    try:
        yield watch
    finally:
        watch.ended.set()
        thread.join()


def _progress(clients: Clients, service: EcsService, failed: Sequence[FailedTask]) -> str:
    """Return the running tasks, the health of their targets, and why a task stopped last.

    https://docs.aws.amazon.com/elasticloadbalancing/latest/application/target-group-health-checks.html

    Such as "1 of 2 tasks running; targets: 1 healthy, 1 initial"; empty before it exists.

    Raises:
        ClientError: A permission is missing.
    """
    described = clients.ecs.describe_services(cluster=service.cluster, services=[service.name])
    parts = []
    for found in described["services"]:
        parts.append(f"{found['runningCount']} of {found['desiredCount']} tasks running")
        groups = [each.get("targetGroupArn", "") for each in found.get("loadBalancers", ())]
        health = Counter(
            target["TargetHealth"]["State"]
            for group in filter(None, groups)
            for target in clients.elbv2.describe_target_health(TargetGroupArn=group)[
                "TargetHealthDescriptions"
            ]
        )
        counts = [f"{count} {state}" for state, count in sorted(health.items())]
        parts += [f"targets: {', '.join(counts) or 'none registered'}"] if any(groups) else []
    stopped = [task for task in failed if task.stopped_at]
    if parts and stopped:
        last = max(stopped, key=lambda task: str(task.stopped_at))
        parts.append(f"last stopped: {' '.join(str(last).split())}")
    return "; ".join(parts)


def failure_of(ecs: Any, service: EcsService, failed: Sequence[FailedTask]) -> str:
    """Return why a service cannot become stable; empty while it can.

    It cannot after the deployment circuit breaker has marked a rollout as failed, whether or not
    it then rolls back, nor after its third failed task without one that runs since before them.
    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-circuit-breaker.html
    """
    described = ecs.describe_services(cluster=service.cluster, services=[service.name])
    deployments = [each for found in described["services"] for each in found["deployments"]]
    for deployment in deployments:
        if deployment.get("rolloutState") == "FAILED":
            return f"its rollout failed: {deployment.get('rolloutStateReason', '')}".rstrip(": ")
    if any(map(_is_stable, deployments)):
        return ""
    stops = sorted(task.stopped_at for task in failed if task.stopped_at and not task.is_transient)
    if len(stops) < _FAILED_TASKS:
        return ""
    since = stops[-_FAILED_TASKS]
    for task in tasks_of(ecs, service, "RUNNING"):
        started = task.get("startedAt")
        if started and started < since and task.get("healthStatus") != "UNHEALTHY":
            return ""
    return f"{len(stops)} of its tasks have failed, and none runs"


def _is_stable(deployment: Mapping[str, Any]) -> bool:
    running, desired = deployment["runningCount"], deployment["desiredCount"]
    completed = deployment.get("rolloutState") == "COMPLETED"
    return completed and deployment["status"] == "PRIMARY" and running >= desired > 0
