"""Application Auto Scaling over a fake ECS and CloudWatch."""

import json
from datetime import UTC, datetime
from typing import Any

from harness.emulator.gateway.autoscaling.api import ApplicationAutoScaling
from harness.emulator.gateway.autoscaling.scaler import Scaler
from harness.emulator.gateway.autoscaling.store import Record, ScalingStore
from harness.emulator.gateway.background import TimeScale
from harness.emulator.gateway.http import Response
from harness.emulator.gateway.patches.base import Call
from tests.unit.harness.emulator.gateway.fake_aws import CALLER, FakeAws, ecs_error, json_call

TARGET = {
    "ServiceNamespace": "ecs",
    "ResourceId": "service/c/s",
    "ScalableDimension": "ecs:service:DesiredCount",
}
CPU = {
    "TargetValue": 50.0,
    "PredefinedMetricSpecification": {"PredefinedMetricType": "ECSServiceAverageCPUUtilization"},
}


class ScaledService:
    """A service "s" in cluster "c", and its metrics, set by the test."""

    def __init__(self, aws: FakeAws) -> None:
        self.aws = aws
        self.desired = 2
        self.rollout = "COMPLETED"
        self.status = "ACTIVE"
        self.values: dict[str, list[float]] = {}
        self.alarms: list[dict[str, Any]] = []
        self.store = ScalingStore({})
        self.scaler = Scaler(aws.api, self.store, TimeScale(0.0, shortest=0.001))
        self.api = ApplicationAutoScaling(aws.api, self.store, self.scaler)
        aws.responses |= {
            "DescribeServices": self._describe,
            "UpdateService": self._update,
            "GetMetricStatistics": self._statistics,
            "DescribeAlarms": lambda _: {"MetricAlarms": self.alarms},
        }

    def _describe(self, request: dict[str, Any]) -> dict[str, Any] | Response:
        if request["cluster"] != "c":
            return ecs_error("ClusterNotFoundException")
        if request["services"] != ["s"]:
            return {"services": []}
        deployment = {"rolloutState": self.rollout}
        service = {"status": self.status, "desiredCount": self.desired, "deployments": [deployment]}
        return {"services": [service]}

    def _update(self, request: dict[str, Any]) -> dict[str, Any]:
        self.desired = request["desiredCount"]
        return {"service": {}}

    def _statistics(self, request: dict[str, Any]) -> dict[str, Any]:
        (statistic,) = request["Statistics"]
        start = datetime(2026, 1, 1, tzinfo=UTC).timestamp()
        values = self.values.get(request["MetricName"], [])
        points = [{"Timestamp": start + i, statistic: value} for i, value in enumerate(values)]
        return {"Datapoints": list(reversed(points))}

    async def call(self, operation: str, **parameters: Any) -> dict[str, Any]:
        """Call an operation and return its result, or code and message of its error."""

        async def never(call: Call) -> Response:
            raise AssertionError(f"{call.operation} went on to MiniStack")

        call = json_call("application-autoscaling", operation, **parameters)
        assert self.api.matches(call)
        response: dict[str, Any] = json.loads((await self.api.handle(call, never)).body)
        return response

    async def register(self, minimum: int = 1, maximum: int = 10, **more: Any) -> dict[str, Any]:
        bounds = {"MinCapacity": minimum, "MaxCapacity": maximum}
        return await self.call("RegisterScalableTarget", **TARGET, **bounds, **more)

    async def track(self, name: str = "cpu", **more: Any) -> dict[str, Any]:
        return await self.call(
            "PutScalingPolicy",
            **TARGET,
            PolicyName=name,
            PolicyType="TargetTrackingScaling",
            TargetTrackingScalingPolicyConfiguration={**CPU, **more},
        )

    @property
    def target(self) -> Record:
        (target,) = self.store.records(CALLER, "targets")
        return target

    async def evaluate(self) -> int:
        """Evaluate once; return the desired count after that."""
        await self.scaler.evaluate(CALLER, self.target)
        return self.desired
