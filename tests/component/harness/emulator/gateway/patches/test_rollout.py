from collections.abc import Iterator
from typing import Any

import boto3
import pytest
import requests

from harness.emulator.gateway.patches.ecs import FirstDeployment
from tests.component.harness.emulator.gateway.patches.fake_docker import engine_without_images
from tests.component.harness.emulator.gateway.sample_resources import service
from tests.unit.harness.emulator.gateway.fake_aws import (
    FakeAws,
    ecs_error,
    emulator,
    json_call,
    session_of,
)


def deployments(described: Any) -> list[tuple[str, str, int]]:
    return [
        (each["status"], each["rolloutState"], each["desiredCount"])
        for each in described["deployments"]
    ]


@pytest.fixture(scope="module")
def with_engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A gateway with a container engine that has no images."""
    directory = tmp_path_factory.mktemp("gateway")
    with (
        engine_without_images() as engine,
        emulator("harness.emulator.gateway", directory, engine=engine) as started,
    ):
        yield started.await_ready()


def test_ministack_still_calls_a_first_deployment_completed_at_once(with_engine: str) -> None:
    # Unsigned calls pass all repairs by.
    service(session_of(with_engine, account="000000000000"))
    target = "AmazonEC2ContainerServiceV20141113.CreateService"
    wanted = {"cluster": "c", "serviceName": "t", "taskDefinition": "f", "desiredCount": 2}

    created = requests.post(
        with_engine, json=wanted, headers={"X-Amz-Target": target}, timeout=30
    ).json()["service"]

    assert created["runningCount"] == 0
    assert deployments(created) == [("PRIMARY", "COMPLETED", 2)]


def test_a_first_deployment_without_running_tasks_is_in_progress(
    with_engine: str, account: str
) -> None:
    session = session_of(with_engine, account=account)
    created = service(session)
    (described,) = session.client("ecs").describe_services(cluster="c", services=["s"])["services"]

    assert created["runningCount"] == 0
    assert deployments(created) == [("PRIMARY", "IN_PROGRESS", 2)]
    assert deployments(described) == [("PRIMARY", "IN_PROGRESS", 2)]


def test_a_first_deployment_is_completed_when_its_tasks_run(gateway: boto3.Session) -> None:
    service(gateway)

    (described,) = gateway.client("ecs").describe_services(cluster="c", services=["s"])["services"]
    assert deployments(described) == [("PRIMARY", "COMPLETED", 2)]
    assert described["runningCount"] == 2


def test_a_service_without_tasks_is_created_as_asked(gateway: boto3.Session) -> None:
    assert deployments(service(gateway, desiredCount=0)) == [("PRIMARY", "COMPLETED", 0)]


@pytest.mark.anyio
async def test_a_refused_service_is_not_deployed(aws: FakeAws) -> None:
    aws.answers["CreateService"] = ecs_error("ClientException")

    answer = await FirstDeployment().answer(
        json_call("ecs", "CreateService", serviceName="s"), aws.proceed
    )

    assert not answer.ok
    assert aws.calls == [("CreateService", {"serviceName": "s", "desiredCount": 0})]


@pytest.mark.anyio
async def test_failed_deployments_stay_visible(aws: FakeAws) -> None:
    drained = {"status": "ACTIVE", "desiredCount": 0, "runningCount": 0, "pendingCount": 0}
    aws.answers["DescribeServices"] = {
        "services": [
            {
                "deployments": [
                    {**drained, "rolloutState": "FAILED"},
                    {**drained, "rolloutState": "COMPLETED"},
                    {**drained, "rolloutState": "COMPLETED", "runningCount": 1},
                ]
            }
        ]
    }

    answer = await FirstDeployment().answer(json_call("ecs", "DescribeServices"), aws.proceed)

    assert answer.body.count(b"FAILED") == 1
    assert answer.body.count(b"COMPLETED") == 1
