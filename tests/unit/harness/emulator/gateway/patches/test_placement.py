"""Zones, tags and replacement of tasks. Without an engine MiniStack's tasks run at once."""

from dataclasses import replace
from typing import Any

import pytest

from harness.emulator.gateway.http import Response
from harness.emulator.gateway.patches.placement import TaskPlacements, TaskZones
from tests.unit.harness.emulator.gateway.fake_aws import (
    CALLER,
    FakeAws,
    ecs_error,
    json_call,
    result_of,
)
from tests.unit.harness.emulator.gateway.patches.sample_task import task


@pytest.mark.anyio
async def test_a_standalone_task_keeps_its_subnet(aws: FakeAws) -> None:
    aws.responses["DescribeSubnets"] = {"Subnets": []}
    alone = task("t", group="")
    detached = task("u", group="", attachments=[])
    section: dict[str, str] = {}

    await TaskPlacements(aws.api, section).place(CALLER, [alone, detached])

    assert section == {"t": "subnet-1"}


@pytest.mark.anyio
async def test_a_task_of_a_deleted_service_keeps_its_zone(aws: FakeAws) -> None:
    aws.responses["DescribeServices"] = {"services": []}
    orphan = task("t")

    await TaskPlacements(aws.api, {}).place(CALLER, [orphan])

    assert orphan["availabilityZone"] == "?"


@pytest.mark.anyio
async def test_an_error_response_has_no_zones(aws: FakeAws) -> None:
    aws.responses["DescribeTasks"] = ecs_error("ClusterNotFoundException")

    patch = TaskZones(TaskPlacements(aws.api, {}))
    response = await patch.handle(json_call("ecs", "DescribeTasks"), aws.call_next)

    assert not response.ok


@pytest.mark.anyio
async def test_zones_are_found_by_address(aws: FakeAws) -> None:
    aws.responses["ListClusters"] = {"clusterArns": ["one", "empty", "deleted"]}
    lists: dict[str, dict[str, Any] | Response] = {
        "one": {"taskArns": ["t"]},
        "empty": {"taskArns": []},
        "deleted": ecs_error("ClusterNotFoundException"),
    }
    aws.responses["ListTasks"] = lambda request: lists[request["cluster"]]
    aws.responses["DescribeSubnets"] = {"Subnets": []}
    running = task("t", group="", availabilityZone="eu-north-1b")
    running["attachments"][0]["details"].append({"name": "privateIPv4Address", "value": "10.0.0.9"})
    aws.responses["DescribeTasks"] = {"tasks": [running]}

    zones = await TaskPlacements(aws.api, {"t": "lost"}).zones_by_address(CALLER)

    assert zones == {"10.0.0.9": "eu-north-1b"}


pytestmark = pytest.mark.anyio


def zones_of(aws: FakeAws, *tasks: str) -> None:
    """Let a service in three zones have these tasks."""
    subnets = [
        {"SubnetId": f"subnet-{zone}", "AvailabilityZone": zone, "VpcId": "vpc"} for zone in "abc"
    ]
    network = {"awsvpcConfiguration": {"subnets": [each["SubnetId"] for each in subnets]}}
    aws.responses |= {
        "DescribeTasks": {"tasks": [task(name) for name in tasks]},
        "DescribeServices": {"services": [{"networkConfiguration": network}]},
        "ListTasks": {"taskArns": list(tasks)},
        "DescribeSubnets": {"Subnets": subnets},
    }


async def test_new_tasks_are_placed_in_the_subnet_with_the_fewest(aws: FakeAws) -> None:
    zones_of(aws, "old", "new")
    section = {"old": "subnet-a", "stopped": "subnet-b"}

    described = await result_of(TaskZones(TaskPlacements(aws.api, section)), aws, "DescribeTasks")

    assert [each["availabilityZone"] for each in described["tasks"]] == ["a", "b"]
    assert [each["attachments"][0]["details"][0]["value"] for each in described["tasks"]] == [
        "subnet-a",
        "subnet-b",
    ]


async def test_a_subnet_is_looked_up_once(aws: FakeAws) -> None:
    zones_of(aws, "one")
    patch = TaskZones(TaskPlacements(aws.api, {"one": "subnet-a"}))

    described = [await result_of(patch, aws, "DescribeTasks") for _ in range(2)]

    assert [each["tasks"][0]["availabilityZone"] for each in described] == ["a", "a"]
    assert aws.names().count("DescribeSubnets") == 1


async def test_the_default_subnets_have_the_same_ids_in_every_region(aws: FakeAws) -> None:
    placements = TaskPlacements(aws.api, {"one": "subnet-00000001"})
    zones = []
    for region in ("eu-north-1", "us-east-1"):
        subnet = {"SubnetId": "subnet-00000001", "AvailabilityZone": f"{region}a"}
        aws.responses["DescribeSubnets"] = {"Subnets": [subnet]}
        placed = task("one")
        await placements.place(replace(CALLER, region=region), [placed])
        zones.append(placed["availabilityZone"])

    assert zones == ["eu-north-1a", "us-east-1a"]


@pytest.mark.parametrize("former", ["ab", "ba", "bc", "ca", "cb", "ac"])
async def test_a_deployment_is_in_two_zones_beside_the_tasks_of_the_former_one(
    aws: FakeAws, former: str
) -> None:
    zones_of(aws, "old-1", "old-2", "new-1", "new-2")
    section = {f"old-{i}": f"subnet-{zone}" for i, zone in enumerate(former, 1)}

    described = await result_of(TaskZones(TaskPlacements(aws.api, section)), aws, "DescribeTasks")

    first, second = (each["availabilityZone"] for each in described["tasks"][2:])
    assert first != second
