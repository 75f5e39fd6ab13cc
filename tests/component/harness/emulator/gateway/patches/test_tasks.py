"""Zones, tags and replacement of tasks. Without an engine MiniStack's tasks run at once."""

from collections import Counter
from typing import Any

import boto3
import pytest

from harness.emulator.gateway.http import Response
from harness.emulator.gateway.patches.ecs import StoppedTaskReplaced, TagsOfService
from harness.emulator.gateway.patches.placement import Placements, TaskZones
from tests.component.harness.emulator.gateway.sample_resources import service, subnets
from tests.unit.harness.emulator.gateway.fake_aws import TENANT, FakeAws, ecs_error, json_call

CLUSTER = "arn:aws:ecs:eu-north-1:111122223333:cluster/c"


def in_subnets(ids: list[str]) -> dict[str, Any]:
    return {"awsvpcConfiguration": {"subnets": ids}}


def tasks(session: boto3.Session) -> list[Any]:
    ecs = session.client("ecs")
    arns = ecs.list_tasks(cluster="c")["taskArns"]
    return list(ecs.describe_tasks(cluster="c", tasks=arns, include=["TAGS"])["tasks"])


def zones(session: boto3.Session) -> list[str]:
    return sorted(task["availabilityZone"] for task in tasks(session))


def test_ministack_still_puts_all_tasks_into_one_zone(bare: boto3.Session) -> None:
    service(bare, networkConfiguration=in_subnets(subnets(bare, "bc")))

    assert zones(bare) == ["eu-north-1a", "eu-north-1a"]


def test_tasks_are_spread_over_the_zones_of_the_service(gateway: boto3.Session) -> None:
    service(gateway, networkConfiguration=in_subnets(subnets(gateway, "bc")))
    assert zones(gateway) == ["eu-north-1b", "eu-north-1c"]

    gateway.client("ecs").update_service(cluster="c", service="s", desiredCount=4)
    assert Counter(zones(gateway)) == {"eu-north-1b": 2, "eu-north-1c": 2}


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


@pytest.mark.anyio
@pytest.mark.parametrize("group", ["", "family:f"])
async def test_a_task_of_no_service_is_not_replaced(aws: FakeAws, group: str) -> None:
    aws.answers["StopTask"] = {"task": {"taskArn": "t", "group": group, "clusterArn": CLUSTER}}

    await StoppedTaskReplaced().answer(json_call("ecs", "StopTask", task="t"), aws.proceed)

    assert aws.names() == ["StopTask"]


@pytest.mark.anyio
async def test_a_task_that_was_not_stopped_is_not_replaced(aws: FakeAws) -> None:
    aws.answers["StopTask"] = ecs_error("InvalidParameterException")

    answer = await StoppedTaskReplaced().answer(json_call("ecs", "StopTask"), aws.proceed)

    assert not answer.ok
    assert aws.names() == ["StopTask"]


def test_ministack_still_starts_tasks_without_the_services_tags(bare: boto3.Session) -> None:
    service(bare, propagateTags="SERVICE", tags=[{"key": "a", "value": "b"}])

    assert [task["tags"] for task in tasks(bare)] == [[], []]


def test_tasks_inherit_the_tags_of_their_service(gateway: boto3.Session) -> None:
    service(gateway, propagateTags="SERVICE", tags=[{"key": "a", "value": "b"}])

    assert [task["tags"] for task in tasks(gateway)] == [[{"key": "a", "value": "b"}]] * 2


def test_tasks_inherit_nothing_unless_the_service_says_so(gateway: boto3.Session) -> None:
    service(gateway, tags=[{"key": "a", "value": "b"}])

    assert [task["tags"] for task in tasks(gateway)] == [[], []]


@pytest.mark.anyio
async def test_tags_are_not_looked_up_when_nobody_asks(aws: FakeAws) -> None:
    await TagsOfService(aws.api, {}).answer(json_call("ecs", "DescribeTasks"), aws.proceed)

    assert aws.names() == ["DescribeTasks"]


def task(name: str, *, group: str = "service:s", **more: Any) -> dict[str, Any]:
    return {
        "taskArn": name,
        "clusterArn": CLUSTER,
        "group": group,
        "availabilityZone": "?",
        "attachments": [{"details": [{"name": "subnetId", "value": "subnet-1"}]}],
        **more,
    }


@pytest.mark.anyio
async def test_a_task_of_no_service_stays_in_its_subnet(aws: FakeAws) -> None:
    aws.answers["DescribeSubnets"] = {"Subnets": []}
    alone = task("t", group="")
    detached = task("u", group="", attachments=[])
    shelf: dict[str, str] = {}

    await Placements(aws.api, shelf).place(TENANT, [alone, detached])

    assert shelf == {"t": "subnet-1"}


@pytest.mark.anyio
async def test_a_task_of_a_service_that_is_gone_stays_where_it_was(aws: FakeAws) -> None:
    aws.answers["DescribeServices"] = {"services": []}
    orphan = task("t")

    await Placements(aws.api, {}).place(TENANT, [orphan])

    assert orphan["availabilityZone"] == "?"


@pytest.mark.anyio
async def test_a_refusal_has_no_zones(aws: FakeAws) -> None:
    aws.answers["DescribeTasks"] = ecs_error("ClusterNotFoundException")

    repair = TaskZones(Placements(aws.api, {}))
    answer = await repair.answer(json_call("ecs", "DescribeTasks"), aws.proceed)

    assert not answer.ok


@pytest.mark.anyio
async def test_zones_are_found_by_address(aws: FakeAws) -> None:
    aws.answers["ListClusters"] = {"clusterArns": ["one", "empty", "gone"]}
    lists: dict[str, dict[str, Any] | Response] = {
        "one": {"taskArns": ["t"]},
        "empty": {"taskArns": []},
        "gone": ecs_error("ClusterNotFoundException"),
    }
    aws.answers["ListTasks"] = lambda asked: lists[asked["cluster"]]
    aws.answers["DescribeSubnets"] = {"Subnets": []}
    running = task("t", group="", availabilityZone="eu-north-1b")
    running["attachments"][0]["details"].append({"name": "privateIPv4Address", "value": "10.0.0.9"})
    aws.answers["DescribeTasks"] = {"tasks": [running]}

    zones = await Placements(aws.api, {"t": "lost"}).zones_by_address(TENANT)

    assert zones == {"10.0.0.9": "eu-north-1b"}
