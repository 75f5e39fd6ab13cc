"""ECS: what the service scheduler does about the health of targets, which MiniStack ignores.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-load-balancing.html
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-circuit-breaker.html
"""

import asyncio
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import partial
from typing import Any

from harness.emulator.gateway.alb.health import Health, State
from harness.emulator.gateway.alb.load_balancers import AlbRegistry
from harness.emulator.gateway.alb.target_group import TargetGroup
from harness.emulator.gateway.background import BackgroundService, TimeScale

_PAUSE_SECONDS = 0.5
_UNSTABLE = (State.INITIAL, State.UNHEALTHY)

Task = dict[str, Any]
Service = dict[str, Any]


class ServiceScheduler(BackgroundService):
    """Stops and replaces tasks whose targets are unhealthy after the grace period.

    They count for the circuit breaker; a deployment completes only with healthy targets.

    Args:
        grace: Scale of the grace period, which begins when a task runs.
    """

    def __init__(self, registry: AlbRegistry, grace: TimeScale) -> None:
        from ministack.services import ecs  # noqa: PLC0415

        self._registry, self._grace, self._ecs = registry, grace, ecs
        stable = ecs._record_service_task_healthy
        ecs._record_service_task_healthy = partial(self._record_when_healthy, stable)

    async def _run(self) -> None:
        while True:
            for group in self._registry.groups():
                if group.count(State.UNHEALTHY):
                    await asyncio.to_thread(self._stop_unhealthy, group)
            await asyncio.sleep(_PAUSE_SECONDS)

    def _record_when_healthy(self, record: Any, key: str, task: Task) -> None:
        """Delay, in a thread of MiniStack, that a task is taken for stable."""
        arns = _ports(self._ecs._services.get(key, {}))
        while self._ecs._task_is_active(task["taskArn"], task) and any(
            group.arn in arns and self._health(group, task).state in _UNSTABLE
            for group in self._registry.groups()
        ):
            time.sleep(_PAUSE_SECONDS)
        record(key, task)

    def _health(self, group: TargetGroup, task: Task) -> Health:
        address = self._ecs._task_ip(task)
        found = (health for target, health in group.health().items() if target.id == address)
        return next(found, Health(State.INITIAL))

    def _stop_unhealthy(self, group: TargetGroup) -> None:
        from ministack.core import responses  # noqa: PLC0415

        with responses.request_scope(group.caller.account, group.caller.region):
            for service, task in list(self._overdue(group)):
                self._stop(group, service, task)

    def _overdue(self, group: TargetGroup) -> Iterator[tuple[Service, Task]]:
        services, tasks = list(self._ecs._services.values()), list(self._ecs._tasks.values())
        for service in (each for each in services if group.arn in _ports(each)):
            grace = service.get("healthCheckGracePeriodSeconds") or 0
            for task in tasks:
                if (
                    (task["group"], task["clusterArn"])
                    == (f"service:{service['serviceName']}", service["clusterArn"])
                    and task["lastStatus"] == "RUNNING"
                    and self._health(group, task).state is State.UNHEALTHY
                    and _age(task) > min(grace, self._grace.seconds(grace))
                ):
                    yield service, task

    def _stop(self, group: TargetGroup, service: Service, task: Task) -> None:
        ecs, where = self._ecs, f"in (target-group {group.arn})"
        message = (
            f"(service {service['serviceName']}) (task {task['taskArn'].rpartition('/')[2]}) "
            f"(port {_ports(service)[group.arn]}) is unhealthy {where} due to (reason "
            f"{self._health(group, task).description})"
        )
        event = {"id": ecs.new_uuid(), "createdAt": ecs._iso(), "message": message}
        service["events"].insert(0, event)
        reason = f"Task failed ELB health checks {where}"
        if ecs._mark_task_stopped(task["taskArn"], task, reason, "ServiceSchedulerInitiated"):
            ecs._record_service_task_failure(task)
            ecs._cleanup_task_resources(task, ecs._get_docker())


def _ports(service: Service) -> dict[str, int]:
    """Return the ports of a service's containers by the ARN of their target group."""
    behind = service.get("loadBalancers") or ()
    return {each.get("targetGroupArn", ""): each.get("containerPort", 0) for each in behind}


def _age(task: Task) -> float:
    return (datetime.now(UTC) - datetime.fromisoformat(task["startedAt"])).total_seconds()
