"""The state of a run's ECS services and target groups, and the logs of its tasks."""

import json
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Any

from botocore.config import Config

from harness.aws.clients import Clients
from harness.deploy.stopped_tasks import tasks_of
from harness.deploy.task_logs import register_secret_value
from harness.run.stack_definition import EcsService
from harness.targets.base import Target

Source = Callable[[], str]

# A target that has failed may not answer at all.
_CONFIG = Config(connect_timeout=3, read_timeout=10, retries={"total_max_attempts": 1})
_STREAMS, _LINES = 20, 2000


def service_state(
    target: Target, services: Sequence[EcsService], environment_suffix: str
) -> Iterator[tuple[str, Source]]:
    """Yield name and content of each file, after registering the run's secrets for redaction.

    Args:
        target: Where the services are.
        services: The services.
        environment_suffix: Part of the names of the run's secrets and target groups.

    Raises:
        BotoCoreError, ClientError: A secret cannot be read: no text is known to be free of it.
    """
    clients = Clients(target.session(), _CONFIG)
    for secret in clients.secretsmanager.list_secrets()["SecretList"]:
        if environment_suffix in secret["Name"]:
            register_secret_value(clients, "secret", secret["ARN"])
    for service in services:
        yield f"ecs-{service.name}.json", partial(_ecs, clients, service)
        yield f"tasks-{service.name}.log", partial(_logs, clients, service)
    yield "target-health.json", partial(_target_health, clients, environment_suffix)


def _ecs(clients: Clients, service: EcsService) -> str:
    """Return the service with its events, and its tasks with their stopped reasons."""
    described = clients.ecs.describe_services(cluster=service.cluster, services=[service.name])
    statuses = ("RUNNING", "STOPPED")
    tasks = [task for status in statuses for task in tasks_of(clients.ecs, service, status)]
    return _json({"services": described["services"], "tasks": tasks})


def _logs(clients: Clients, service: EcsService) -> str:
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
            lines += [f"== {name}", *map(_line, found["events"])]
    return "\n".join([*lines, ""])


def _line(event: Any) -> str:
    at = datetime.fromtimestamp(event["timestamp"] / 1000, UTC)
    return f"{at:%Y-%m-%dT%H:%M:%S.%fZ} {event['message'].rstrip()}"


def _streams(clients: Clients, group: str) -> list[str]:
    found = clients.logs.describe_log_streams(
        logGroupName=group, orderBy="LastEventTime", descending=True, limit=_STREAMS
    )
    return [stream["logStreamName"] for stream in found["logStreams"]]


def _target_health(clients: Clients, environment_suffix: str) -> str:
    groups = clients.elbv2.describe_target_groups()["TargetGroups"]
    return _json(
        {
            group["TargetGroupName"]: clients.elbv2.describe_target_health(
                TargetGroupArn=group["TargetGroupArn"]
            )["TargetHealthDescriptions"]
            for group in groups
            if environment_suffix in group["TargetGroupName"]
        }
    )


def _json(value: object) -> str:
    return json.dumps(value, indent=2, default=str) + "\n"
