"""The state of a run's ECS services and target groups, and the logs of its tasks."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from harness.aws.clients import Clients
from harness.deploy.stopped_tasks import tasks_of
from harness.deploy.task_logs import register_secret_value
from harness.run.stack_definition import EcsService
from harness.targets.base import Target

# A target that has failed may not answer at all.
_CONFIG = Config(connect_timeout=3, read_timeout=10, retries={"total_max_attempts": 1})
_STREAMS, _LINES = 20, 2000


def service_state(
    target: Target, services: Sequence[EcsService], environment_suffix: str
) -> dict[str, str]:
    """Return file name -> text; an error of AWS takes the place of the text.

    The secrets of the run are registered for redaction first.

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
    files: dict[str, str] = {}
    for service in services:
        try:
            described = clients.ecs.describe_services(
                cluster=service.cluster, services=[service.name]
            )["services"]
            files[f"ecs-{service.name}.json"] = _json(_ecs(clients, service, described))
            for found in described:
                files.update(_logs(clients, found["taskDefinition"]))
        except (BotoCoreError, ClientError) as error:
            files[f"ecs-{service.name}.error.txt"] = f"not available: {error}\n"
    try:
        files["target-health.json"] = _json(_target_health(clients, environment_suffix))
    except (BotoCoreError, ClientError) as error:
        files["target-health.error.txt"] = f"not available: {error}\n"
    return files


def _ecs(clients: Clients, service: EcsService, described: Sequence[Any]) -> Mapping[str, Any]:
    """Return the service with its events, and its tasks with their stopped reasons."""
    tasks = [
        task for status in ("RUNNING", "STOPPED") for task in tasks_of(clients.ecs, service, status)
    ]
    return {"services": described, "tasks": tasks}


def _logs(clients: Clients, definition: str) -> dict[str, str]:
    """Return the last lines of each log stream (``awslogs``) of a task definition."""
    described = clients.ecs.describe_task_definition(taskDefinition=definition)["taskDefinition"]
    containers = described["containerDefinitions"]
    groups = {
        each.get("logConfiguration", {}).get("options", {}).get("awslogs-group")
        for each in containers
    }
    return {
        f"tasks/{stream['logStreamName'].replace('/', '-')}.log": _lines(clients, group, stream)
        for group in sorted(filter(None, groups))
        for stream in clients.logs.describe_log_streams(
            logGroupName=group, orderBy="LastEventTime", descending=True, limit=_STREAMS
        )["logStreams"]
    }


def _lines(clients: Clients, group: str, stream: Mapping[str, Any]) -> str:
    found = clients.logs.get_log_events(
        logGroupName=group, logStreamName=stream["logStreamName"], limit=_LINES
    )
    return "".join(f"{event['message'].rstrip()}\n" for event in found["events"])


def _target_health(clients: Clients, environment_suffix: str) -> Mapping[str, Any]:
    groups = clients.elbv2.describe_target_groups()["TargetGroups"]
    return {
        group["TargetGroupName"]: clients.elbv2.describe_target_health(
            TargetGroupArn=group["TargetGroupArn"]
        )["TargetHealthDescriptions"]
        for group in groups
        if environment_suffix in group["TargetGroupName"]
    }


def _json(value: Any) -> str:
    return json.dumps(value, indent=2, default=str) + "\n"
