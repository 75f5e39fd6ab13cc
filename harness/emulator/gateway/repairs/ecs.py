"""ECS: services that say how they balance zones, and that need a listener."""

import json
from typing import Any

from harness.emulator.gateway.alb.directory import Directory
from harness.emulator.gateway.exchange import Response
from harness.emulator.gateway.repairs.base import Call, Proceed, Repair, json_error

__all__ = ["TargetGroupInUse", "ZoneRebalancing"]

_FIELD = "availabilityZoneRebalancing"
_DEFAULT = "ENABLED"


class ZoneRebalancing(Repair):
    """Remembers what services were created or updated with."""

    ministack = "forgets availabilityZoneRebalancing of a service"
    aws = "CreateService and UpdateService keep it (ENABLED by default), DescribeServices tells it"
    documentation = "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Service.html"
    service = "ecs"
    operations = frozenset({"CreateService", "UpdateService", "DeleteService", "DescribeServices"})

    def __init__(self, remembered: dict[str, str]) -> None:
        self._remembered = remembered

    async def answer(self, call: Call, proceed: Proceed) -> Response:
        """Remember what a request says, complete what an answer omits."""
        response = await proceed(call)
        if not response.ok:
            return response
        answered = json.loads(response.body)
        for service in [answered["service"]] if "service" in answered else answered["services"]:
            self._complete(call, service)
        return response.with_body(json.dumps(answered).encode())

    def _complete(self, call: Call, service: dict[str, Any]) -> None:
        arn = service["serviceArn"]
        if call.operation == "CreateService":
            self._remembered[arn] = call.json.get(_FIELD, _DEFAULT)
        elif call.operation == "UpdateService" and _FIELD in call.json:
            self._remembered[arn] = call.json[_FIELD]
        service.setdefault(_FIELD, self._remembered.get(arn, _DEFAULT))


class TargetGroupInUse(Repair):
    """A service can only be behind a target group that a load balancer forwards to."""

    ministack = "CreateService accepts a target group that is in no listener"
    aws = "CreateService answers InvalidParameterException: no associated load balancer"
    documentation = (
        "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-load-balancing.html"
    )
    service = "ecs"
    operations = frozenset({"CreateService"})

    def __init__(self, directory: Directory) -> None:
        self._directory = directory

    async def answer(self, call: Call, proceed: Proceed) -> Response:
        """Refuse a target group that no load balancer uses."""
        for load_balancer in call.json.get("loadBalancers", []):
            arn = load_balancer.get("targetGroupArn", "")
            group = await self._directory.group(call.tenant, arn) if arn else None
            if group is not None and not group.in_use:
                return json_error(
                    "InvalidParameterException",
                    f"The target group with targetGroupArn {arn} does not have an associated "
                    "load balancer.",
                )
        return await proceed(call)
