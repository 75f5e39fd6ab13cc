"""The state of a run's ECS services and target groups, and the logs of its tasks."""

import json
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from functools import partial

from botocore.config import Config

from harness.aws.clients import Clients
from harness.deploy.stopped_tasks import container_reason, tasks_of
from harness.deploy.task_logs import register_secret_value
from harness.run.stack_definition import EcsService
from harness.targets.base import Target

Source = Callable[[], str]
Record = Callable[[datetime, str, str], object]

# A target that has failed may not answer at all.
_CONFIG = Config(connect_timeout=3, read_timeout=10, retries={"total_max_attempts": 1})
_STREAMS, _LINES = 20, 2000


def service_state(
    target: Target, services: Sequence[EcsService], environment_suffix: str, record: Record
) -> Iterator[tuple[str, Source]]:
    """Yield name and content of each file, after registering the run's secrets for redaction.

    The suffix is a part of the names of the run's secrets and target groups; ``record`` receives
    time, source and text of what happened, as the files are made.

    Raises:
        BotoCoreError, ClientError: A secret cannot be read: no text is known to be free of it.
    """
    clients = Clients(target.session(), _CONFIG)
    for secret in clients.secretsmanager.list_secrets()["SecretList"]:
        if environment_suffix in secret["Name"]:
            register_secret_value(clients, "secret", secret["ARN"])
    for service in services:
        yield f"ecs-{service.name}.json", partial(_ecs, clients, service, record)
        yield f"tasks-{service.name}.log", partial(_logs, clients, service, record)
    yield "target-health.json", partial(_target_health, clients, environment_suffix, record)


def _ecs(clients: Clients, service: EcsService, record: Record) -> str:
    """Return the service with its events, and its tasks with their stopped reasons."""
    described = clients.ecs.describe_services(cluster=service.cluster, services=[service.name])
    statuses = ("RUNNING", "STOPPED")
    tasks = [task for status in statuses for task in tasks_of(clients.ecs, service, status)]
    for event in (event for each in described["services"] for event in each.get("events", ())):
        record(event["createdAt"], f"ECS service {service.name}", event["message"])
    for task in tasks:
        if "stoppedAt" in task:
            reasons = map(container_reason, task["containers"])
            parts = (task.get("stopCode", ""), task.get("stoppedReason", ""), *reasons)
            name = f"ECS task {task['taskArn'].rpartition('/')[2]}"
            record(task["stoppedAt"], name, f"stopped: {'; '.join(filter(None, parts))}")
    return as_json({"services": described["services"], "tasks": tasks})


def _logs(clients: Clients, service: EcsService, record: Record) -> str:
    """Return the last lines of each log stream (``awslogs``) of the task definition."""
    described = clients.ecs.describe_services(cluster=service.cluster, services=[service.name])
    definition = clients.ecs.describe_task_definition(
        taskDefinition=described["services"][0]["taskDefinition"]
    )
    lines = []
    for container in definition["taskDefinition"]["containerDefinitions"]:
        group = container.get("logConfiguration", {}).get("options", {}).get("awslogs-group", "")
        for name in _streams(clients, group) if group else ():
            found = clients.logs.get_log_events(
                logGroupName=group, logStreamName=name, limit=_LINES
            )
            lines.append(f"== {name}")
            for event in found["events"]:
                at = datetime.fromtimestamp(event["timestamp"] / 1000, UTC)
                record(at, f"log {name}", event["message"].rstrip())
                lines.append(f"{at:%Y-%m-%dT%H:%M:%S.%fZ} {event['message'].rstrip()}")
    return "\n".join([*lines, ""])


def _streams(clients: Clients, group: str) -> list[str]:
    found = clients.logs.describe_log_streams(
        logGroupName=group, orderBy="LastEventTime", descending=True, limit=_STREAMS
    )
    return [stream["logStreamName"] for stream in found["logStreams"]]


def _target_health(clients: Clients, environment_suffix: str, record: Record) -> str:
    groups = clients.elbv2.describe_target_groups()["TargetGroups"]
    found = {
        group["TargetGroupName"]: clients.elbv2.describe_target_health(
            TargetGroupArn=group["TargetGroupArn"]
        )["TargetHealthDescriptions"]
        for group in groups
        if environment_suffix in group["TargetGroupName"]
    }
    for name, target in ((name, target) for name, targets in found.items() for target in targets):
        parts = [*target["Target"].values(), *target["TargetHealth"].values()]
        record(datetime.now(UTC), f"target group {name}", " ".join(map(str, parts)))
    return as_json(found)


def as_json(value: object) -> str:
    """Return the text of a file; what JSON has no type for is written as text."""
    return json.dumps(value, indent=2, default=str) + "\n"
