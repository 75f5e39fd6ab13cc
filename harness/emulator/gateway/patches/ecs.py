"""ECS: deployments, zone rebalancing, listeners of services; tags and replacement of tasks."""

from contextlib import suppress
from typing import Any

from docker.errors import DockerException
from requests import RequestException

from harness.emulator.gateway.alb.load_balancers import AlbRegistry
from harness.emulator.gateway.aws import AwsApi
from harness.emulator.gateway.http import Response
from harness.emulator.gateway.patches.base import Call, CallNext, Patch, ResultPatch, UsesAws
from harness.emulator.gateway.patches.placement import find_service, service_of

_REBALANCING = "availabilityZoneRebalancing"
_DEFAULT_REBALANCING = "ENABLED"
_WAIT_SECONDS = 60  # then the container is inspected, and waited for again


class FirstDeploymentStatus(Patch):
    """Creates a service without tasks, then deploys its desired count.

    MiniStack tracks this second deployment correctly: IN_PROGRESS until its tasks are stable,
    FAILED when the circuit breaker has counted enough stopped tasks.
    """

    service = "ecs"
    operations = frozenset({"CreateService", "UpdateService", "DescribeServices"})

    async def handle(self, call: Call, call_next: CallNext) -> Response:
        """Create in two steps; remove drained deployments."""
        desired = call.json.get("desiredCount", 1)
        creates = call.operation == "CreateService" and desired > 0
        if creates:
            call = call.to_json(call.operation, {**call.json, "desiredCount": 0})
        response = await call_next(call)
        if not response.ok:
            return response
        body = response.json()
        if creates:
            body["service"] = await self._deploy(call, body["service"], desired, call_next)
        for service in _services(body):
            service["deployments"] = _live(service["deployments"])
        return response.with_json(body)

    @staticmethod
    async def _deploy(
        call: Call, service: dict[str, Any], desired: int, call_next: CallNext
    ) -> Any:
        update = {
            "cluster": service["clusterArn"],
            "service": service["serviceName"],
            "desiredCount": desired,
            "forceNewDeployment": True,
        }
        return (await call_next(call.to_json("UpdateService", update))).json()["service"]


def _services(body: dict[str, Any]) -> list[dict[str, Any]]:
    return [body["service"]] if "service" in body else body["services"]


def _live(deployments: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the primary deployment and those that still have tasks.

    A failed deployment remains until the one that replaces it, by a rollback, has completed.
    """
    completed = any(
        each["status"] == "PRIMARY" and each.get("rolloutState") == "COMPLETED"
        for each in deployments
    )

    def is_live(deployment: dict[str, Any]) -> bool:
        if deployment["status"] != "ACTIVE" or deployment["runningCount"]:
            return True
        if deployment.get("rolloutState") == "FAILED":
            return not completed
        return bool(deployment["desiredCount"] or deployment["pendingCount"])

    return [each for each in deployments if is_live(each)]


class ContainerEntryPoints(ResultPatch):
    """Stores entry point and command together as the command, which alone is executed."""

    service = "ecs"
    operations = frozenset(
        {"RegisterTaskDefinition", "DescribeTaskDefinition", "DeregisterTaskDefinition"}
    )

    async def handle(self, call: Call, call_next: CallNext) -> Response:
        """Prefix the commands in the request; remove the prefix in the response."""
        parameters = call.json
        for container in parameters.get("containerDefinitions", []):
            if entry := container.get("entryPoint"):
                container["command"] = [*entry, *container.get("command", [])]
        return await super().handle(call.to_json(call.operation, parameters), call_next)

    async def _correct(self, call: Call, result: dict[str, Any]) -> None:  # noqa: ARG002
        for container in result["taskDefinition"]["containerDefinitions"]:
            if entry := container.get("entryPoint"):
                container["command"] = container["command"][len(entry) :]


class ZoneRebalancing(ResultPatch):
    """Stores the setting of services when they are created or updated."""

    service = "ecs"
    operations = frozenset({"CreateService", "UpdateService", "DeleteService", "DescribeServices"})

    def __init__(self, stored: dict[str, str]) -> None:
        self._stored = stored

    async def _correct(self, call: Call, result: dict[str, Any]) -> None:
        for service in _services(result):
            arn = service["serviceArn"]
            if call.operation == "CreateService":
                self._stored[arn] = call.json.get(_REBALANCING, _DEFAULT_REBALANCING)
            elif call.operation == "UpdateService" and _REBALANCING in call.json:
                self._stored[arn] = call.json[_REBALANCING]
            service.setdefault(_REBALANCING, self._stored.get(arn, _DEFAULT_REBALANCING))


class UnusedTargetGroup(Patch):
    """Rejects a service whose target group is not used by a load balancer."""

    service = "ecs"
    operations = frozenset({"CreateService"})

    def __init__(self, registry: AlbRegistry) -> None:
        self._registry = registry

    async def handle(self, call: Call, call_next: CallNext) -> Response:
        """Return an error for a target group without a load balancer."""
        for load_balancer in call.json.get("loadBalancers", []):
            arn = load_balancer.get("targetGroupArn", "")
            group = await self._registry.group(call.caller, arn) if arn else None
            if group is not None and not group.in_use:
                return call.error(
                    "InvalidParameterException",
                    f"The target group with targetGroupArn {arn} does not have an associated "
                    "load balancer.",
                )
        return await call_next(call)


class PropagatedTags(ResultPatch):
    """Adds the tags of its service to a task, fixed when it is first described."""

    service = "ecs"
    operations = frozenset({"DescribeTasks"})

    def __init__(self, aws: AwsApi, stored: dict[str, list[dict[str, str]]]) -> None:
        self._aws = aws
        self._stored = stored

    async def _correct(self, call: Call, result: dict[str, Any]) -> None:
        included = "TAGS" in call.json.get("include", ())
        for task in result["tasks"] if included else ():
            if not task.get("tags") and service_of(task):
                task["tags"] = await self._inherited(call, task)

    async def _inherited(self, call: Call, task: dict[str, Any]) -> list[dict[str, str]]:
        arn = task["taskArn"]
        if arn not in self._stored:
            cluster, name = task["clusterArn"], service_of(task)
            found = await find_service(self._aws, call.caller, cluster, name, include=["TAGS"])
            propagated = found.get("propagateTags") == "SERVICE"
            self._stored[arn] = found.get("tags", []) if propagated else []
        return self._stored[arn]


class StoppedTaskReplacement(UsesAws, ResultPatch):
    """Triggers the service scheduler after StopTask."""

    service = "ecs"
    operations = frozenset({"StopTask"})

    async def _correct(self, call: Call, result: dict[str, Any]) -> None:
        task = result["task"]
        if service := service_of(task):  # an update without changes
            await self._aws.call(
                call.caller, "ecs", "UpdateService", cluster=task["clusterArn"], service=service
            )


def await_task_exits() -> None:
    """Let the thread that MiniStack starts for a task wait for the exit of its container.

    It would inspect the container twenty times a second, and so would each description of tasks:
    a third of the CPU of a deployed stack.
    """
    from ministack.services import ecs  # noqa: PLC0415

    inspect = ecs._maybe_mark_stopped
    awaited: set[str] = set()

    def inspect_after_exit(task: dict[str, Any], docker_client: Any = None) -> None:
        containers: list[str] = task.get("_docker_ids") or []
        if docker_client is None and awaited.issuperset(containers):
            return
        if docker_client is not None and len(containers) == 1:  # called by that thread
            awaited.update(containers)
            try:
                with suppress(DockerException, RequestException):
                    docker_client.api.wait(containers[0], timeout=_WAIT_SECONDS)
            finally:
                awaited.difference_update(containers)
        inspect(task, docker_client)

    ecs._maybe_mark_stopped = inspect_after_exit
