"""Services that cannot start, on the embedded cloud with its container engine."""

import json
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pytest

from harness.deploy.failure_reasons import cancelled_apply
from harness.deploy.service_watch import watched
from harness.emulator.cloud import embedded_cloud
from harness.run.stack_definition import EcsService
from harness.targets.embedded import EmbeddedTarget
from harness.terraform.errors import TerraformError

REGION = "eu-north-1"
API = "catalog-harness/product-catalog-api:latest"
GROUP = "/ecs/watched"
DEADLINE = 60.0


@pytest.fixture(scope="module")
def target() -> Iterator[EmbeddedTarget]:
    with embedded_cloud(region=REGION) as cloud:
        target = EmbeddedTarget(region=REGION, attachment={"cloud": cloud.directory})
        session = target.session()
        session.client("ecs").create_cluster(clusterName="watched")
        session.client("logs").create_log_group(logGroupName=GROUP)
        yield target


@dataclass(frozen=True)
class Watched:
    """What the watch reported about a service.

    Attributes:
        notes: Its notes.
        error: The error of the cancelled apply.
    """

    notes: list[str]
    error: TerraformError


def failed(target: EmbeddedTarget, container: Mapping[str, Any]) -> Watched:
    """Create a service of two tasks with this container, and wait until its apply is cancelled."""
    notes: list[str] = []
    service = EcsService("watched", f"api-{uuid.uuid4().hex[:8]}")
    with watched(target, [service], notes.append, lambda *_: None) as watch:
        create(target, service, container)
        assert watch.cancel.wait(DEADLINE)
    assert watch.failure is not None
    assert watch.failure.service == service
    return Watched(notes, cancelled_apply(target, watch.failure))


def create(target: EmbeddedTarget, service: EcsService, container: Mapping[str, Any]) -> None:
    ecs = target.session().client("ecs")
    options = {
        "awslogs-group": GROUP,
        "awslogs-region": REGION,
        "awslogs-stream-prefix": "api",
    }
    logging = {"logDriver": "awslogs", "options": options}
    definition: Any = {"name": "api", "image": API, "logConfiguration": logging, **container}
    ecs.register_task_definition(
        family=service.name,
        networkMode="awsvpc",
        requiresCompatibilities=["FARGATE"],
        cpu="256",
        memory="512",
        containerDefinitions=[definition],
    )
    breaker: Any = {"deploymentCircuitBreaker": {"enable": True, "rollback": True}}
    ecs.create_service(
        cluster=service.cluster,
        serviceName=service.name,
        taskDefinition=service.name,
        desiredCount=2,
        launchType="FARGATE",
        networkConfiguration={"awsvpcConfiguration": {"subnets": ["subnet-1"]}},
        deploymentConfiguration=breaker,
    )


def test_an_image_that_cannot_be_pulled(target: EmbeddedTarget) -> None:
    found = failed(target, {"image": "nonexistent:latest"})

    assert "CannotPullContainerError" in found.error.message.splitlines()[0]
    assert "pull access denied for nonexistent" in found.error.message
    assert "correct the image" in found.error.remedy
    assert len(found.notes) == 1


def test_a_container_that_exits_at_once_with_its_last_lines(target: EmbeddedTarget) -> None:
    environment = [
        {"name": "PORT", "value": "not-a-port"},
        {"name": "DB_PASSWORD", "value": "hunter2"},
    ]

    found = failed(target, {"environment": environment})

    first, log, *_ = found.error.message.splitlines()
    assert "EssentialContainerExited" in first
    assert "exit status" in first
    assert log == "  last lines of its log:"
    assert "PORT" in found.error.message
    assert "hunter2" not in found.error.message


@pytest.mark.parametrize("value", [json.dumps({"username": "catalog"}), None])
def test_a_secret_without_that_key_or_without_a_value(
    target: EmbeddedTarget, value: str | None
) -> None:
    secrets = target.session().client("secretsmanager")
    name = f"watched-{uuid.uuid4().hex[:8]}"
    arn = secrets.create_secret(Name=name)["ARN"]
    if value:
        secrets.put_secret_value(SecretId=arn, SecretString=value)

    found = failed(target, {"secrets": [{"name": "DB_HOST", "valueFrom": f"{arn}:no_such_key::"}]})

    assert "ResourceInitializationError" in found.error.message.splitlines()[0]
    assert "DB_HOST" in found.error.message
    assert "a key of its JSON" in found.error.remedy


def test_a_container_that_cannot_be_started(target: EmbeddedTarget) -> None:
    found = failed(target, {"image": "postgres:16"})

    first, *_ = found.error.message.splitlines()
    assert "EssentialContainerExited" in first
    assert "superuser password is not specified" in found.error.message
    assert found.error.remedy.startswith("fix what the container logged last")
    assert len(found.notes) == 1
