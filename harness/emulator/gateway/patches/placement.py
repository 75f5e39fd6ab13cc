"""ECS: placement of the tasks of a service in the availability zones of its subnets.

An emulator has no zones: placements are only reported, by ECS and by target health alike.
"""

import asyncio
from typing import Any

from harness.emulator.gateway.aws import ApiError, AwsApi
from harness.emulator.gateway.caller import Caller
from harness.emulator.gateway.patches.base import Call, ResultPatch
from harness.emulator.gateway.patches.ec2 import find_subnets

_SERVICE_GROUP = "service:"
_SUBNET = "subnetId"

Task = dict[str, Any]


class TaskPlacements:
    """Assigns each new task to the subnet of its service with the fewest tasks."""

    def __init__(self, aws: AwsApi, subnets: dict[str, str]) -> None:
        self._aws = aws
        self._subnets = subnets
        self._zones: dict[tuple[Caller, str], str] = {}
        self._lock = asyncio.Lock()

    async def place(self, caller: Caller, tasks: list[Task]) -> None:
        """Set zone and subnet in task descriptions of DescribeTasks."""
        async with self._lock:
            for task in tasks:
                if task["taskArn"] not in self._subnets:
                    await self._choose(caller, task)
        ids = {self._subnets.get(task["taskArn"], "") for task in tasks} - {""}
        unknown = {each for each in ids if (caller, each) not in self._zones}
        for key, found in (await find_subnets(self._aws, caller, unknown)).items():
            self._zones[caller, key] = found["AvailabilityZone"]
        for task in tasks:
            subnet = self._subnets.get(task["taskArn"], "")
            if zone := self._zones.get((caller, subnet)):
                task["availabilityZone"] = zone
                for each in _details(task):
                    if each["name"] == _SUBNET:
                        each["value"] = subnet

    async def _choose(self, caller: Caller, task: Task) -> None:
        service = service_of(task)
        if not service:
            if subnet := _detail(task, _SUBNET):
                self._subnets[task["taskArn"]] = subnet
            return
        described = await find_service(self._aws, caller, task["clusterArn"], service)
        network = described.get("networkConfiguration", {}).get("awsvpcConfiguration", {})
        if choices := network.get("subnets", []):
            uses = await self._uses(caller, task["clusterArn"], service)
            # Of as many, that of the oldest task: that of a newer one can be of its deployment.
            self._subnets[task["taskArn"]] = min(
                choices, key=lambda subnet: (uses.count(subnet), [*uses, subnet].index(subnet))
            )

    async def _uses(self, caller: Caller, cluster: str, service: str) -> list[str]:
        """Return the subnet of each placed task of a service, that of the oldest first."""
        listed = await self._aws.call(
            caller, "ecs", "ListTasks", cluster=cluster, serviceName=service
        )
        return [subnet for arn, subnet in self._subnets.items() if arn in listed["taskArns"]]

    async def zones_by_address(self, caller: Caller) -> dict[str, str]:
        """Return the zone of every running task with an address, by that address."""
        zones = {}
        clusters = await self._aws.call(caller, "ecs", "ListClusters")
        for cluster in clusters["clusterArns"]:
            for task in await self._running(caller, cluster):
                zones[_detail(task, "privateIPv4Address")] = task["availabilityZone"]
        return zones

    async def _running(self, caller: Caller, cluster: str) -> list[Task]:
        try:
            listed = await self._aws.call(caller, "ecs", "ListTasks", cluster=cluster)
        except ApiError:  # the cluster has been deleted
            return []
        if not listed["taskArns"]:
            return []
        described = await self._aws.call(
            caller, "ecs", "DescribeTasks", cluster=cluster, tasks=listed["taskArns"]
        )
        tasks: list[Task] = described["tasks"]
        await self.place(caller, tasks)
        return tasks


class TaskZones(ResultPatch):
    """Spreads the tasks of a service over the zones of its subnets."""

    service = "ecs"
    operations = frozenset({"DescribeTasks", "RunTask", "StopTask"})

    def __init__(self, placements: TaskPlacements) -> None:
        self._placements = placements

    async def _correct(self, call: Call, result: dict[str, Any]) -> None:
        tasks = result["tasks"] if "tasks" in result else [result["task"]]
        await self._placements.place(call.caller, tasks)


def service_of(task: Task) -> str:
    """Return the name of the service that started a task; empty for a standalone task."""
    group = str(task.get("group", ""))
    return group.removeprefix(_SERVICE_GROUP) if group.startswith(_SERVICE_GROUP) else ""


async def find_service(
    aws: AwsApi, caller: Caller, cluster: str, service: str, **more: Any
) -> dict[str, Any]:
    """Return a service as DescribeServices does; empty if it or its cluster does not exist."""
    try:
        described = await aws.call(
            caller, "ecs", "DescribeServices", cluster=cluster, services=[service], **more
        )
    except ApiError:
        return {}
    return next(iter(described["services"]), {})


def _details(task: Task) -> list[dict[str, str]]:
    return [each for attachment in task.get("attachments", []) for each in attachment["details"]]


def _detail(task: Task, name: str) -> str:
    return next((each["value"] for each in _details(task) if each["name"] == name), "")
