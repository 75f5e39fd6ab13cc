"""An ECS service of a fake AWS: its rollout, its tasks, and what they logged."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from harness.run.stack_definition import EcsService
from harness.targets.deadlines import EMULATOR_DEADLINES, Deadlines
from tests.unit.harness.checks.fake_aws import FakeAws, RefusalError
from tests.unit.harness.fake_target import UnusedTarget

SERVICE = EcsService("catalog-pr1", "catalog-api-pr1")
ACCOUNT = "arn:aws:ecs:eu-north-1:111122223333"
SECRET_ARN = "arn:aws:secretsmanager:eu-north-1:111122223333:secret:catalog/pr1-AbCdEf"
DEFINITION = f"{ACCOUNT}:task-definition/catalog-api:1"
PULL = "CannotPullContainerError: pull access denied for none"
CREDENTIALS = '{"username": "catalog", "password": "hunter2secret"}'
START = datetime(2026, 1, 2, 3, 4, tzinfo=UTC)


class FakeTarget(UnusedTarget):
    def __init__(self, session: FakeAws | None = None) -> None:
        self._session = session

    @property
    def deadlines(self) -> Deadlines:
        return EMULATOR_DEADLINES

    def session(self) -> FakeAws:
        assert self._session is not None, "unexpected request to the target"
        return self._session


def at(seconds: float) -> datetime:
    """Return a time of the target's clock."""
    return START + timedelta(seconds=seconds)


def task(
    stopped_reason: str,
    *,
    code: str = "TaskFailedToStart",
    stopped: float = 0.0,
    **container: Any,
) -> dict[str, Any]:
    """Return a stopped task."""
    return {
        "taskDefinitionArn": DEFINITION,
        "stoppedReason": stopped_reason,
        "stopCode": code,
        "stoppedAt": at(stopped),
        "containers": [{"name": "api", **container}],
    }


def running(started: float, *, health: str = "UNKNOWN") -> dict[str, Any]:
    """Return a running task."""
    return {"startedAt": at(started), "healthStatus": health, "containers": []}


def deployment(
    state: str, *, status: str = "PRIMARY", run: int = 0, desired: int = 2, reason: str = ""
) -> dict[str, Any]:
    return {
        "status": status,
        "rolloutState": state,
        "rolloutStateReason": reason,
        "runningCount": run,
        "desiredCount": desired,
    }


def ecs(
    *stopped: dict[str, Any],
    alive: Sequence[dict[str, Any]] = (),
    deployments: Sequence[dict[str, Any]] = (deployment("IN_PROGRESS"),),
    logged: Sequence[str] = (),
    secret: str | None = CREDENTIALS,
    events: Sequence[str] = (),
) -> FakeAws:
    """Return a session with one service.

    Args:
        stopped: Its stopped tasks.
        alive: Its running tasks.
        deployments: Its deployments.
        logged: The lines in the log stream of each task.
        secret: The secret of its container; None: there is none.
        events: Its events, the newest first.
    """
    tasks = {
        "STOPPED": {f"{ACCOUNT}:task/{SERVICE.cluster}/s{n}": t for n, t in enumerate(stopped)},
        "RUNNING": {f"{ACCOUNT}:task/{SERVICE.cluster}/r{n}": t for n, t in enumerate(alive)},
    }
    every = {**tasks["STOPPED"], **tasks["RUNNING"]}

    def secret_value(_: Mapping[str, Any]) -> dict[str, Any]:
        if secret is None:
            raise RefusalError("ResourceNotFoundException")
        return {"SecretString": secret}

    return FakeAws.answering(
        {
            "ecs.DescribeServices": {
                "services": [
                    {
                        "deployments": list(deployments),
                        "runningCount": len(alive),
                        "desiredCount": 2,
                        "events": [{"message": each} for each in events],
                        "loadBalancers": [{"targetGroupArn": "group"}],
                    }
                ]
            },
            "elbv2.DescribeTargetHealth": {
                "TargetHealthDescriptions": [{"TargetHealth": {"State": "initial"}}] * len(alive)
            },
            "ecs.ListTasks": lambda request: {"taskArns": list(tasks[request["desiredStatus"]])},
            "ecs.DescribeTasks": lambda request: {
                "tasks": [{"taskArn": arn, **every[arn]} for arn in request["tasks"]]
            },
            "ecs.DescribeTaskDefinition": {
                "taskDefinition": {"containerDefinitions": [container()]}
            },
            "secretsmanager.GetSecretValue": secret_value,
            "logs.GetLogEvents": {"events": [{"message": f"{line}\n"} for line in logged]},
        }
    )


def container(**changes: Any) -> dict[str, Any]:
    options = {"awslogs-group": "/ecs/catalog-pr1", "awslogs-stream-prefix": "api"}
    return {
        "name": "api",
        "secrets": [{"name": "DB_PASSWORD", "valueFrom": f"{SECRET_ARN}:password::"}],
        "logConfiguration": {"logDriver": "awslogs", "options": options},
        **changes,
    }
