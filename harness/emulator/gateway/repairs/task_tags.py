"""ECS: tasks inherit the tags of their service when it says so."""

import json
from typing import Any

from harness.emulator.gateway.aws import AwsApi
from harness.emulator.gateway.exchange import Response
from harness.emulator.gateway.repairs.base import Call, Proceed, Repair

__all__ = ["TagsOfService"]

_SERVICE_GROUP = "service:"


class TagsOfService(Repair):
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

    async def answer(self, call: Call, proceed: Proceed) -> Response:
        """Complete the tasks if their tags are asked for."""
        response = await proceed(call)
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
