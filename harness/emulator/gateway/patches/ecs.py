"""ECS: deployments, zone rebalancing, listeners of services; tags and replacement of tasks."""

import json
from typing import Any

from harness.emulator.gateway.alb.registry import AlbRegistry
from harness.emulator.gateway.aws import AwsApi
from harness.emulator.gateway.http import Response
from harness.emulator.gateway.patches.base import Call, CallNext, Patch, json_error

_SERVICE_GROUP = "service:"
_REBALANCING = "availabilityZoneRebalancing"
_DEFAULT_REBALANCING = "ENABLED"


class FirstDeploymentStatus(Patch):
    """Creates a service without tasks, then deploys the wanted number of them.

    MiniStack follows such a second deployment properly: in progress until its tasks are
    stable, failed when the circuit breaker has seen enough of them stop.
    """

    ministack = "calls a first deployment COMPLETED before any task runs, whatever becomes of it"
    aws = "says IN_PROGRESS until tasks are stable; the circuit breaker counts its failures"
    documentation = "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Deployment.html"
    service = "ecs"
    operations = frozenset({"CreateService", "UpdateService", "DescribeServices"})

    async def handle(self, call: Call, call_next: CallNext) -> Response:
        """Create in two steps; hide deployments that are drained."""
        wanted = call.json.get("desiredCount", 1)
        creates = call.operation == "CreateService" and wanted > 0
        response = await call_next(_without_tasks(call) if creates else call)
        if not response.ok:
            return response
        answered = json.loads(response.body)
        if creates:
            answered["service"] = await self._deploy(call, answered["service"], wanted, call_next)
        for service in [answered["service"]] if "service" in answered else answered["services"]:
            service["deployments"] = [each for each in service["deployments"] if _is_live(each)]
        return response.with_body(json.dumps(answered).encode())

    @staticmethod
    async def _deploy(
        call: Call, service: dict[str, Any], wanted: int, call_next: CallNext
    ) -> dict[str, Any]:
        update = {
            "cluster": service["clusterArn"],
            "service": service["serviceName"],
            "desiredCount": wanted,
            "forceNewDeployment": True,
        }
        response = await call_next(call.to_json("UpdateService", update))
        deployed: dict[str, Any] = json.loads(response.body)["service"]
        return deployed


def _without_tasks(call: Call) -> Call:
    return call.to_json(call.operation, {**call.json, "desiredCount": 0})


def _is_live(deployment: dict[str, Any]) -> bool:
    counts = ("desiredCount", "runningCount", "pendingCount")
    drained = deployment["status"] == "ACTIVE" and not any(deployment[name] for name in counts)
    return not drained or deployment.get("rolloutState") == "FAILED"


class ZoneRebalancing(Patch):
    """Remembers what services were created or updated with."""

    ministack = "forgets availabilityZoneRebalancing of a service"
    aws = "CreateService and UpdateService keep it (ENABLED by default), DescribeServices tells it"
    documentation = "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Service.html"
    service = "ecs"
    operations = frozenset({"CreateService", "UpdateService", "DeleteService", "DescribeServices"})

    def __init__(self, remembered: dict[str, str]) -> None:
        self._remembered = remembered

    async def handle(self, call: Call, call_next: CallNext) -> Response:
        """Remember what a request says, complete what an answer omits."""
        response = await call_next(call)
        if not response.ok:
            return response
        answered = json.loads(response.body)
        for service in [answered["service"]] if "service" in answered else answered["services"]:
            self._complete(call, service)
        return response.with_body(json.dumps(answered).encode())

    def _complete(self, call: Call, service: dict[str, Any]) -> None:
        arn = service["serviceArn"]
        if call.operation == "CreateService":
            self._remembered[arn] = call.json.get(_REBALANCING, _DEFAULT_REBALANCING)
        elif call.operation == "UpdateService" and _REBALANCING in call.json:
            self._remembered[arn] = call.json[_REBALANCING]
        service.setdefault(_REBALANCING, self._remembered.get(arn, _DEFAULT_REBALANCING))


class UnusedTargetGroup(Patch):
    """A service can only be behind a target group that a load balancer forwards to."""

    ministack = "CreateService accepts a target group that is in no listener"
    aws = "CreateService answers InvalidParameterException: no associated load balancer"
    documentation = (
        "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-load-balancing.html"
    )
    service = "ecs"
    operations = frozenset({"CreateService"})

    def __init__(self, registry: AlbRegistry) -> None:
        self._registry = registry

    async def handle(self, call: Call, call_next: CallNext) -> Response:
        """Refuse a target group that no load balancer uses."""
        for load_balancer in call.json.get("loadBalancers", []):
            arn = load_balancer.get("targetGroupArn", "")
            group = await self._registry.group(call.tenant, arn) if arn else None
            if group is not None and not group.in_use:
                return json_error(
                    "InvalidParameterException",
                    f"The target group with targetGroupArn {arn} does not have an associated "
                    "load balancer.",
                )
        return await call_next(call)


class PropagatedTags(Patch):
    """Gives a task its service's tags the first time that it is looked at."""

    ministack = "keeps propagateTags of a service, and starts its tasks without tags"
    aws = "copies the service's tags to each new task when propagateTags is SERVICE"
    documentation = (
        "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-using-tags.html"
    )
    service = "ecs"
    operations = frozenset({"DescribeTasks"})

    def __init__(self, aws: AwsApi, remembered: dict[str, list[dict[str, str]]]) -> None:
        self._aws = aws
        self._remembered = remembered

    async def handle(self, call: Call, call_next: CallNext) -> Response:
        """Complete the tasks if their tags are asked for."""
        response = await call_next(call)
        if not response.ok or "TAGS" not in call.json.get("include", ()):
            return response
        answered = json.loads(response.body)
        for task in answered["tasks"]:
            if not task.get("tags") and task.get("group", "").startswith(_SERVICE_GROUP):
                task["tags"] = await self._inherited(call, task)
        return response.with_body(json.dumps(answered).encode())

    async def _inherited(self, call: Call, task: dict[str, Any]) -> list[dict[str, str]]:
        arn = task["taskArn"]
        if arn not in self._remembered:
            described = await self._aws.call(
                call.tenant,
                "ecs",
                "DescribeServices",
                cluster=task["clusterArn"],
                services=[task["group"].removeprefix(_SERVICE_GROUP)],
                include=["TAGS"],
            )
            services = [s for s in described["services"] if s.get("propagateTags") == "SERVICE"]
            self._remembered[arn] = services[0].get("tags", []) if services else []
        return self._remembered[arn]


class StoppedTaskReplacement(Patch):
    """Has the scheduler look at the service again after StopTask."""

    ministack = "leaves a service one task short after StopTask, until something else changes"
    aws = "the service scheduler starts another task in place of the stopped one"
    documentation = "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_StopTask.html"
    service = "ecs"
    operations = frozenset({"StopTask"})

    async def handle(self, call: Call, call_next: CallNext) -> Response:
        """Stop the task, then update its service with nothing new."""
        response = await call_next(call)
        if not response.ok:
            return response
        task = json.loads(response.body)["task"]
        group = task.get("group", "")
        if group.startswith(_SERVICE_GROUP):
            service = group.removeprefix(_SERVICE_GROUP)
            update = {"cluster": task["clusterArn"], "service": service}
            await call_next(call.to_json("UpdateService", update))
        return response
