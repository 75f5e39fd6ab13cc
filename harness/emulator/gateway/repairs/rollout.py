"""ECS: a service's first deployment is a deployment like every other."""

import json
from typing import Any

from harness.emulator.gateway.exchange import Response
from harness.emulator.gateway.repairs.base import Call, Proceed, Repair

__all__ = ["FirstDeployment"]


class FirstDeployment(Repair):
    """Creates a service without tasks, then deploys the wanted number of them.

    MiniStack follows such a second deployment properly: in progress until its tasks are
    stable, failed when the circuit breaker has seen enough of them stop.
    """

    ministack = "calls a first deployment COMPLETED before any task runs, whatever becomes of it"
    aws = "says IN_PROGRESS until tasks are stable; the circuit breaker counts its failures"
    documentation = "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Deployment.html"
    service = "ecs"
    operations = frozenset({"CreateService", "UpdateService", "DescribeServices"})

    async def answer(self, call: Call, proceed: Proceed) -> Response:
        """Create in two steps; hide deployments that are drained."""
        wanted = call.json.get("desiredCount", 1)
        creates = call.operation == "CreateService" and wanted > 0
        response = await proceed(_without_tasks(call) if creates else call)
        if not response.ok:
            return response
        answered = json.loads(response.body)
        if creates:
            answered["service"] = await self._deploy(call, answered["service"], wanted, proceed)
        for service in [answered["service"]] if "service" in answered else answered["services"]:
            service["deployments"] = [each for each in service["deployments"] if _is_live(each)]
        return response.with_body(json.dumps(answered).encode())

    @staticmethod
    async def _deploy(
        call: Call, service: dict[str, Any], wanted: int, proceed: Proceed
    ) -> dict[str, Any]:
        update = {
            "cluster": service["clusterArn"],
            "service": service["serviceName"],
            "desiredCount": wanted,
            "forceNewDeployment": True,
        }
        response = await proceed(call.to_json("UpdateService", update))
        deployed: dict[str, Any] = json.loads(response.body)["service"]
        return deployed


def _without_tasks(call: Call) -> Call:
    return call.to_json(call.operation, {**call.json, "desiredCount": 0})


def _is_live(deployment: dict[str, Any]) -> bool:
    counts = ("desiredCount", "runningCount", "pendingCount")
    drained = deployment["status"] == "ACTIVE" and not any(deployment[name] for name in counts)
    return not drained or deployment.get("rolloutState") == "FAILED"
