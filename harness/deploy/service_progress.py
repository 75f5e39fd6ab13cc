"""How far an ECS service is from being stable, in one sentence."""

from collections import Counter
from collections.abc import Sequence

from harness.aws.clients import Clients
from harness.deploy.stopped_tasks import FailedTask
from harness.run.stack_definition import EcsService


def service_progress(clients: Clients, service: EcsService, failed: Sequence[FailedTask]) -> str:
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
