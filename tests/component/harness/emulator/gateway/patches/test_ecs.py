from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from tests.component.harness.emulator.gateway.emulator_process import emulator, session_of
from tests.component.harness.emulator.gateway.patches.fake_docker import engine_without_images
from tests.component.harness.emulator.gateway.sample_resources import Balanced, service, tasks


def rebalancing(session: boto3.Session) -> str | None:
    client = session.client("ecs")
    (described,) = client.describe_services(cluster="c", services=["s"])["services"]
    return described.get("availabilityZoneRebalancing")


def test_ministack_still_does_not_store_zone_rebalancing(bare: boto3.Session) -> None:
    service(bare, availabilityZoneRebalancing="DISABLED")

    assert rebalancing(bare) is None


def test_zone_rebalancing_is_stored(gateway: boto3.Session) -> None:
    created = service(gateway, availabilityZoneRebalancing="DISABLED")
    assert created["availabilityZoneRebalancing"] == "DISABLED"
    assert rebalancing(gateway) == "DISABLED"

    gateway.client("ecs").update_service(
        cluster="c", service="s", availabilityZoneRebalancing="ENABLED"
    )
    assert rebalancing(gateway) == "ENABLED"


def test_zone_rebalancing_is_enabled_by_default(gateway: boto3.Session) -> None:
    service(gateway)

    assert rebalancing(gateway) == "ENABLED"


def behind(balanced: Balanced) -> list[dict[str, object]]:
    return [{"targetGroupArn": balanced.group, "containerName": "x", "containerPort": 80}]


def test_ministack_still_accepts_an_unused_target_group(bare: boto3.Session) -> None:
    created = service(bare, loadBalancers=behind(Balanced(bare, listener=False)))

    assert created["status"] == "ACTIVE"


def test_a_service_requires_a_target_group_in_use(gateway: boto3.Session) -> None:
    balanced = Balanced(gateway, listener=False)

    with pytest.raises(ClientError, match="does not have an associated load balancer") as refused:
        service(gateway, loadBalancers=behind(balanced))
    assert refused.value.response["Error"]["Code"] == "InvalidParameterException"

    balanced.listen()
    created = service(gateway, loadBalancers=behind(balanced))
    assert created["loadBalancers"][0]["targetGroupArn"] == balanced.group


def deployments(described: Any) -> list[tuple[str, str, int]]:
    return [
        (each["status"], each["rolloutState"], each["desiredCount"])
        for each in described["deployments"]
    ]


@pytest.fixture(scope="module")
def with_engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    """MiniStack and a gateway with a container engine that has no images."""
    folders = (tmp_path_factory.mktemp(name) for name in ("bare", "gateway"))
    with (
        engine_without_images() as engine,
        emulator("ministack", next(folders), engine=engine) as bare,
        emulator("harness.emulator.gateway", next(folders), engine=engine) as started,
    ):
        yield bare.await_ready(), started.await_ready()


def test_ministack_still_completes_a_first_deployment_at_once(
    with_engine: tuple[str, str], account: str
) -> None:
    created = service(session_of(with_engine[0], account=account))

    assert created["runningCount"] == 0
    assert deployments(created) == [("PRIMARY", "COMPLETED", 2)]


def test_a_first_deployment_without_running_tasks_is_in_progress(
    with_engine: tuple[str, str], account: str
) -> None:
    session = session_of(with_engine[1], account=account)
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


def test_a_service_without_tasks_is_created_unchanged(gateway: boto3.Session) -> None:
    assert deployments(service(gateway, desiredCount=0)) == [("PRIMARY", "COMPLETED", 0)]


CLUSTER = "arn:aws:ecs:eu-north-1:111122223333:cluster/c"


def stop_one(session: boto3.Session) -> list[str]:
    ecs = session.client("ecs")
    stopped, *_ = ecs.list_tasks(cluster="c")["taskArns"]
    ecs.stop_task(cluster="c", task=stopped)
    running = ecs.list_tasks(cluster="c")["taskArns"]
    assert stopped not in running
    return running


def test_ministack_still_does_not_replace_a_stopped_task(bare: boto3.Session) -> None:
    service(bare)

    assert len(stop_one(bare)) == 1


def test_a_stopped_task_is_replaced(gateway: boto3.Session) -> None:
    service(gateway)

    assert len(stop_one(gateway)) == 2


def test_ministack_still_starts_tasks_without_the_services_tags(bare: boto3.Session) -> None:
    service(bare, propagateTags="SERVICE", tags=[{"key": "a", "value": "b"}])

    assert [task["tags"] for task in tasks(bare)] == [[], []]


def test_tasks_inherit_the_tags_of_their_service(gateway: boto3.Session) -> None:
    service(gateway, propagateTags="SERVICE", tags=[{"key": "a", "value": "b"}])

    assert [task["tags"] for task in tasks(gateway)] == [[{"key": "a", "value": "b"}]] * 2


def test_tasks_inherit_no_tags_by_default(gateway: boto3.Session) -> None:
    service(gateway, tags=[{"key": "a", "value": "b"}])

    assert [task["tags"] for task in tasks(gateway)] == [[], []]


def registered_command(session: boto3.Session) -> tuple[list[str], list[str]]:
    """Return command and entry point of a container, as they are described."""
    ecs: Any = session.client("ecs")
    container = {
        "name": "c",
        "image": "i",
        "entryPoint": ["sh", "-c"],
        "command": ["exit 3"],
        "essential": True,
    }
    made = ecs.register_task_definition(family="entry", containerDefinitions=[container])
    described = ecs.describe_task_definition(taskDefinition="entry")
    found = [each["taskDefinition"]["containerDefinitions"][0] for each in (made, described)]
    assert found[0]["command"] == found[1]["command"]
    return found[1]["command"], found[1]["entryPoint"]


def test_entry_points_are_described_as_they_were_registered(gateway: boto3.Session) -> None:
    assert registered_command(gateway) == (["exit 3"], ["sh", "-c"])
