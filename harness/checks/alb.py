"""The load balancer: healthy targets, and requests that every task answers."""

from collections import Counter
from typing import TYPE_CHECKING

from harness.checks.alb_settings import AlbSettings
from harness.checks.catalog_client import CatalogClient, task_of
from harness.checks.check import check
from harness.checks.ecs_tasks import RunningTask, running_tasks
from harness.checks.evidence import Plane
from harness.checks.expect import expect, expect_equal
from harness.checks.resources import target_group
from harness.targets.base import Capability
from stack.tiers import Tier

if TYPE_CHECKING:
    from mypy_boto3_elbv2.type_defs import TargetHealthDescriptionTypeDef

__all__ = ["Alb"]

_ELBV2 = (Capability.ELBV2,)
_TRAFFIC = (Capability.ELBV2, Capability.ALB_DATA_PLANE, Capability.ECS_DATA_PLANE)


class Alb(AlbSettings):
    """Checks of the Application Load Balancer, its targets and its traffic."""

    @check(
        "every target is healthy, one per wanted task",
        plane=Plane.CONTROL,
        requires=(*_ELBV2, Capability.ECS_DATA_PLANE),
        tiers=(Tier.SERVICE,),
    )
    def targets_healthy(self) -> str:
        """Ask for the health of every target, until as many as wanted are healthy."""
        targets = self._healthy_targets()
        return f"{len(targets)} of {len(targets)} targets healthy: {', '.join(sorted(targets))}"

    @check(
        "the targets are tasks in different zones",
        plane=Plane.CONTROL,
        requires=(*_ELBV2, Capability.ECS, Capability.ECS_DATA_PLANE),
        tiers=(Tier.SERVICE,),
    )
    def targets_in_different_zones(self) -> str:
        """Match each target's address with a task, and ask in which zone that task runs."""
        targets = self._healthy_targets()
        zones = {task.address: task.zone for task in running_tasks(self.context)}
        strangers = targets - set(zones)
        expect(not strangers, "every target to be a running task", ", ".join(sorted(strangers)))
        config = self.context.config
        wanted = min(config.desired_count, config.availability_zone_count)
        used = {zones[address] for address in targets}
        expect(len(used) == wanted, f"targets in {wanted} different zones", sorted(used))
        return f"targets in {', '.join(sorted(used))}"

    @check(
        "requests to the load balancer's own name are answered by each task in turn",
        plane=Plane.DATA,
        requires=_TRAFFIC,
        tiers=(Tier.SERVICE,),
    )
    def each_task_answers(self) -> str:
        """Ask ``/healthz`` until each running task has answered; every answer must be a 200."""
        tasks = {task.id for task in self._wanted_tasks()}
        catalog = CatalogClient.at_load_balancer(self.context)
        answers = catalog.answers_of_tasks("/healthz", tasks=len(tasks))
        counts = Counter(task_of(answer) for answer in answers)
        expect_equal("tasks that answered", set(counts), tasks)
        shown = ", ".join(f"{task} {count}" for task, count in sorted(counts.items()))
        return f"{len(answers)} requests, all 200, answered by {shown}"

    def _wanted_tasks(self) -> list[RunningTask]:
        wanted = self.context.config.desired_count
        return self.context.eventually(
            lambda: running_tasks(self.context),
            what=f"{wanted} running tasks",
            ready=lambda seen: [task.status for task in seen] == ["RUNNING"] * wanted,
        )

    def _healthy_targets(self) -> set[str]:
        arn = target_group(self.context)["TargetGroupArn"]
        wanted = self.context.config.desired_count

        def health() -> list[tuple[str, str]]:
            answer = self.context.clients.elbv2.describe_target_health(TargetGroupArn=arn)
            return sorted(_state(target) for target in answer["TargetHealthDescriptions"])

        def ready(seen: list[tuple[str, str]]) -> bool:
            return len(seen) == wanted and all(state == "healthy" for _, state in seen)

        seen = self.context.eventually(health, what=f"{wanted} targets, all healthy", ready=ready)
        return {address for address, _ in seen}


def _state(target: "TargetHealthDescriptionTypeDef") -> tuple[str, str]:
    state = target["TargetHealth"]["State"]
    reason = target["TargetHealth"].get("Reason")
    return target["Target"]["Id"], f"{state} ({reason})" if reason else state
