"""ECS: a stopped task of a service is replaced."""

import json

from harness.emulator.gateway.exchange import Response
from harness.emulator.gateway.repairs.base import Call, Proceed, Repair

__all__ = ["StoppedTaskReplaced"]

_SERVICE_GROUP = "service:"


class StoppedTaskReplaced(Repair):
    """Has the scheduler look at the service again after StopTask."""

    ministack = "leaves a service one task short after StopTask, until something else changes"
    aws = "the service scheduler starts another task in place of the stopped one"
    documentation = "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_StopTask.html"
    service = "ecs"
    operations = frozenset({"StopTask"})

    async def answer(self, call: Call, proceed: Proceed) -> Response:
        """Stop the task, then update its service with nothing new."""
        response = await proceed(call)
        if not response.ok:
            return response
        task = json.loads(response.body)["task"]
        group = task.get("group", "")
        if group.startswith(_SERVICE_GROUP):
            service = group.removeprefix(_SERVICE_GROUP)
            update = {"cluster": task["clusterArn"], "service": service}
            await proceed(call.to_json("UpdateService", update))
        return response
