"""Services that cannot start, on the embedded cloud with its container engine."""

import json
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pytest

from harness.core.wait import wait_until
from harness.deploy.failure_reasons import cancelled
from harness.deploy.service_watch import watched
from harness.deploy.stopped_tasks import tasks_of
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


def failed(target: EmbeddedTarget, container: Mapping[str, Any], **settings: Any) -> Watched:
    """Create a service of two tasks with this container, and wait until its apply is cancelled."""
    notes: list[str] = []
    service = EcsService("watched", f"api-{uuid.uuid4().hex[:8]}")
    with watched(target, [service], notes.append, lambda *_: None) as watch:
        create(target, service, container, **settings)
        assert watch.cancel.wait(DEADLINE)
    assert watch.failure is not None
    assert watch.failure.service == service
    return Watched(notes, cancelled(target, watch.failure))


def create(
    target: EmbeddedTarget, service: EcsService, container: Mapping[str, Any], **settings: Any
) -> None:
    register(target, service, container)
    breaker: Any = {"deploymentCircuitBreaker": {"enable": True, "rollback": True}}
    target.session().client("ecs").create_service(
        cluster=service.cluster,
        serviceName=service.name,
        taskDefinition=service.name,
        desiredCount=2,
        launchType="FARGATE",
        networkConfiguration={"awsvpcConfiguration": {"subnets": ["subnet-1"]}},
        deploymentConfiguration=breaker,
        **settings,
    )


def register(target: EmbeddedTarget, service: EcsService, container: Mapping[str, Any]) -> None:
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


# Answers /healthz with 500 for some seconds; the engine takes it for started at once.
SERVER = """
import http.server, os, sys, time
started = time.monotonic()
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        broken = self.path == "/healthz" and time.monotonic() - started < float(sys.argv[1])
        self.send_response(500 if broken else 200)
        self.end_headers()
http.server.HTTPServer((os.environ["HOST"], int(os.environ["PORT"])), Handler).serve_forever()
"""


def unhealthy_for(seconds: float) -> dict[str, Any]:
    return {
        "command": ["python", "-c", SERVER, str(seconds)],
        "portMappings": [{"containerPort": 8080}],
    }


def behind_a_load_balancer(target: EmbeddedTarget) -> dict[str, Any]:
    """Return the settings of a service behind a target group that checks every second."""
    elb = target.session().client("elbv2")
    name = f"n{uuid.uuid4().hex[:8]}"
    (balancer,) = elb.create_load_balancer(Name=name, Subnets=["subnet-0"])["LoadBalancers"]
    (group,) = elb.create_target_group(
        Name=name,
        Protocol="HTTP",
        Port=8080,
        TargetType="ip",
        HealthCheckPath="/healthz",
        HealthCheckIntervalSeconds=5,
        UnhealthyThresholdCount=2,
    )["TargetGroups"]
    elb.create_listener(
        LoadBalancerArn=balancer["LoadBalancerArn"],
        Protocol="HTTP",
        Port=80,
        DefaultActions=[{"Type": "forward", "TargetGroupArn": group["TargetGroupArn"]}],
    )
    arn = group["TargetGroupArn"]
    return {
        "loadBalancers": [{"targetGroupArn": arn, "containerName": "api", "containerPort": 8080}]
    }


def rollouts(target: EmbeddedTarget, service: EcsService) -> list[tuple[str, str]]:
    """Return task definition and rollout state of each deployment."""
    ecs = target.session().client("ecs")
    (found,) = ecs.describe_services(cluster=service.cluster, services=[service.name])["services"]
    return [
        (each["taskDefinition"].rpartition("/")[2], each["rolloutState"])
        for each in found["deployments"]
    ]


def await_rollouts(
    target: EmbeddedTarget, service: EcsService, ready: Callable[[list[tuple[str, str]]], bool]
) -> None:
    wait_until(
        lambda: rollouts(target, service), what="its rollouts", ready=ready, timeout=DEADLINE
    )


SILENT = {"command": ["python", "-c", "import time; time.sleep(999)"]}


@pytest.mark.parametrize(
    ("container", "reason"),
    [
        (unhealthy_for(999), "Health checks failed with these codes: [500]"),
        (SILENT, "Health checks failed"),
    ],
    ids=["error", "silence"],
)
def test_tasks_whose_targets_are_never_healthy(
    target: EmbeddedTarget, container: dict[str, Any], reason: str
) -> None:
    behind = behind_a_load_balancer(target)

    found = failed(target, container, **behind)

    first, event, *_ = found.error.message.splitlines()
    group = behind["loadBalancers"][0]["targetGroupArn"]
    assert f"Task failed ELB health checks in (target-group {group})" in first
    assert f"due to (reason {reason})" in event
    assert "its rollout failed" in found.error.message
    assert "check port, path and start-up time" in found.error.remedy


def test_a_task_that_is_healthy_before_the_end_of_the_grace_period_is_not_stopped(
    target: EmbeddedTarget,
) -> None:
    service = EcsService("watched", f"api-{uuid.uuid4().hex[:8]}")
    behind = behind_a_load_balancer(target)

    create(target, service, unhealthy_for(3), healthCheckGracePeriodSeconds=60, **behind)
    (group,) = behind["loadBalancers"]
    await_rollouts(target, service, lambda found: found == [(f"{service.name}:1", "COMPLETED")])

    described = (
        target.session()
        .client("elbv2")
        .describe_target_health(TargetGroupArn=group["targetGroupArn"])["TargetHealthDescriptions"]
    )
    assert [each["TargetHealth"]["State"] for each in described] == ["healthy"] * 2
    assert list(tasks_of(target.session().client("ecs"), service, "STOPPED")) == []


def test_an_update_whose_targets_are_unhealthy_is_rolled_back(target: EmbeddedTarget) -> None:
    service = EcsService("watched", f"api-{uuid.uuid4().hex[:8]}")
    create(target, service, unhealthy_for(0), **behind_a_load_balancer(target))
    await_rollouts(target, service, lambda found: found == [(f"{service.name}:1", "COMPLETED")])

    register(target, service, unhealthy_for(999))
    ecs = target.session().client("ecs")
    ecs.update_service(cluster=service.cluster, service=service.name, taskDefinition=service.name)

    # The failed one is listed for a moment only: until the rollback has completed.
    await_rollouts(target, service, lambda found: found == [(f"{service.name}:1", "COMPLETED")])
    stopped = {each["taskDefinitionArn"] for each in tasks_of(ecs, service, "STOPPED")}
    assert any(arn.endswith(f"{service.name}:2") for arn in stopped)
