"""The state of the services in a bundle: what AWS returns, and errors in its place."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any, cast

import pytest
from botocore.exceptions import ClientError

from harness.core.redaction import redact
from harness.pipeline.service_state import service_state
from harness.run.stack_definition import EcsService
from harness.targets.base import Target

SERVICE = EcsService(cluster="catalog-pr1", name="api")
ARN = "arn:aws:secretsmanager:eu-north-1:1:secret:catalog/pr1/database-AbCdEf"
PLANTED = "pl4nted-in-a-secret"
AT = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
TASK = {
    "taskArn": "t/1",
    "stoppedAt": AT,
    "stoppedReason": "Essential container in task exited",
    "containers": [{"name": "api", "exitCode": 3}],
}
UNABLE = {"createdAt": AT, "message": "unable"}
UNHEALTHY = {"Target": {"Id": "127.0.0.2", "Port": 80}, "TargetHealth": {"State": "unhealthy"}}
CONTAINER = {"name": "api", "logConfiguration": {"options": {"awslogs-group": "/catalog/pr1"}}}


def refused(operation: str) -> Callable[..., Any]:
    def call(**_: object) -> None:
        raise ClientError({"Error": {"Code": "AccessDenied", "Message": "no"}}, operation)

    return call


@pytest.fixture
def services() -> dict[str, SimpleNamespace]:
    return {
        "secretsmanager": SimpleNamespace(
            list_secrets=lambda: {
                "SecretList": [
                    {"Name": "catalog/pr1/database", "ARN": ARN},
                    {"Name": "other", "ARN": "foreign"},
                ]
            },
            get_secret_value=lambda SecretId: {  # noqa: N803 -- the parameter of AWS
                "SecretString": json.dumps({"username": "catalog", "password": PLANTED})
            },
        ),
        "ecs": SimpleNamespace(
            describe_services=lambda **_: {
                "services": [{"taskDefinition": "api:1", "events": [UNABLE]}]
            },
            list_tasks=lambda desiredStatus, **_: {  # noqa: N803
                "taskArns": ["t/1"] if desiredStatus == "STOPPED" else []
            },
            describe_tasks=lambda **_: {"tasks": [TASK]},
            describe_task_definition=lambda **_: {
                "taskDefinition": {"containerDefinitions": [CONTAINER, {"name": "silent"}]}
            },
        ),
        "logs": SimpleNamespace(
            describe_log_streams=lambda **_: {"logStreams": [{"logStreamName": "api/api/1"}]},
            get_log_events=lambda **_: {
                "events": [{"timestamp": 1767323045678, "message": f"connecting with {PLANTED}\n"}]
            },
        ),
        "elbv2": SimpleNamespace(
            describe_target_groups=lambda: {
                "TargetGroups": [
                    {"TargetGroupName": "catalog-pr1", "TargetGroupArn": "g/1"},
                    {"TargetGroupName": "catalog-pr2", "TargetGroupArn": "g/2"},
                ]
            },
            describe_target_health=lambda **_: {"TargetHealthDescriptions": [UNHEALTHY]},
        ),
    }


def state(
    services: dict[str, SimpleNamespace], record: Callable[..., object] = lambda *_: None
) -> dict[str, str]:
    session = SimpleNamespace(client=lambda name, config: services[name])
    target = SimpleNamespace(session=lambda: session)
    return {
        name: source()
        for name, source in service_state(cast("Target", target), [SERVICE], "pr1", record)
    }


def test_it_has_events_stopped_reasons_logs_and_target_health(
    services: dict[str, SimpleNamespace],
) -> None:
    files = state(services)

    ecs = json.loads(files["ecs-api.json"])
    assert ecs["services"][0]["events"][0]["message"] == "unable"
    assert ecs["tasks"] == [{**TASK, "stoppedAt": str(AT)}]
    assert json.loads(files["target-health.json"]) == {"catalog-pr1": [UNHEALTHY]}
    log = files["tasks-api.log"]
    assert "== api/api/1\n2026-01-02T03:04:05.678000Z connecting with" in log


def test_what_happened_is_recorded_with_its_time(services: dict[str, SimpleNamespace]) -> None:
    events: list[tuple[datetime, str, str]] = []

    state(services, lambda *event: events.append(event))

    assert (AT, "ECS service api", "unable") in events
    sources = {source: text for _, source, text in events}
    assert sources["log api/api/1"].startswith("connecting with")
    assert sources["target group catalog-pr1"] == "127.0.0.2 80 unhealthy"
    reason = "stopped: Essential container in task exited; container api: exit status 3"
    assert (AT, "ECS task 1", reason) in events


def test_the_secrets_of_the_run_are_registered(services: dict[str, SimpleNamespace]) -> None:
    assert PLANTED not in redact(state(services)["tasks-api.log"])


def test_without_the_secrets_there_are_no_logs(services: dict[str, SimpleNamespace]) -> None:
    services["secretsmanager"].get_secret_value = refused("GetSecretValue")

    with pytest.raises(ClientError, match="GetSecretValue"):
        state(services)
