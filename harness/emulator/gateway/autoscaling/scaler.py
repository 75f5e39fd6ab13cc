"""Evaluates metrics and bounds, sets desired counts, records scaling activities."""

import asyncio
import logging
import time

from harness.emulator.gateway.autoscaling.metrics import Metric, metric_in, metric_of, read_values
from harness.emulator.gateway.autoscaling.scaling_decision import (
    HIGH_SECONDS,
    LOW_SECONDS,
    TRACKING,
    ScalingDecision,
    bounded_capacity,
    breaches,
    select_decision,
    step_scaling,
    target_tracking,
)
from harness.emulator.gateway.autoscaling.store import (
    Record,
    ScalableId,
    ScalingStore,
    active_service,
)
from harness.emulator.gateway.aws import ApiError, AwsApi
from harness.emulator.gateway.background import BackgroundService, TimeScale
from harness.emulator.gateway.caller import Caller

logger = logging.getLogger(__name__)

_EVALUATION_SECONDS = 15.0
# https://docs.aws.amazon.com/autoscaling/application/APIReference/API_TargetTrackingScalingPolicyConfiguration.html
_DEFAULT_COOLDOWN = 300.0
_STEPPING = "StepScalingPolicyConfiguration"


class Scaler(BackgroundService):
    """Applies the policies of every scalable target."""

    def __init__(self, aws: AwsApi, store: ScalingStore, time_scale: TimeScale) -> None:
        self._aws = aws
        self._store = store
        self._time_scale = time_scale

    async def _run(self) -> None:
        while True:
            for caller in self._store.callers():
                for target in list(self._store.records(caller, "targets")):
                    try:
                        await self.evaluate(caller, target)
                    except ApiError as error:  # the service may be deleted at any time
                        logger.warning("scaling of %s: %s", target["ResourceId"], error)
            await asyncio.sleep(self._time_scale.seconds(_EVALUATION_SECONDS))

    async def enforce_bounds(self, caller: Caller, target: Record) -> None:
        """Set a desired count that is out of bounds to the nearest bound."""
        scalable = ScalableId.of(target)
        service = await active_service(self._aws, caller, scalable)
        if service is None:
            return
        bounded = bounded_capacity(service["desiredCount"], target)
        if bounded != service["desiredCount"]:
            bound = "minimum" if bounded > service["desiredCount"] else "maximum"
            await self._set(caller, scalable, bounded, f"{bound} capacity was set to {bounded}")

    async def evaluate(self, caller: Caller, target: Record) -> None:
        """Apply the policies of one target to the current metrics."""
        scalable = ScalableId.of(target)
        policies = self._store.policies_of(caller, scalable)
        service = await active_service(self._aws, caller, scalable) if policies else None
        if service is None:
            return
        desired = service["desiredCount"]
        decisions: list[tuple[Record, ScalingDecision | None]] = []
        for policy in policies:
            decide = self._decide_by_tracking if TRACKING in policy else self._decide_by_steps
            decisions.append((policy, await decide(caller, policy, desired)))
        chosen = select_decision(decisions, desired)
        if chosen is None:
            return
        policy, decision = chosen
        capacity = bounded_capacity(decision.capacity, target)
        if capacity == desired or not self._is_allowed(target, policy, service, capacity):
            return
        target["LastOut" if capacity > desired else "LastIn"] = time.time()
        cause = f"monitor alarm {_alarm_name(policy, decision)} in state ALARM triggered policy "
        await self._set(caller, scalable, capacity, cause + policy["PolicyName"])

    async def _set(self, caller: Caller, scalable: ScalableId, capacity: int, cause: str) -> None:
        await self._aws.call(
            caller,
            "ecs",
            "UpdateService",
            cluster=scalable.cluster,
            service=scalable.service,
            desiredCount=capacity,
        )
        self._store.record_activity(caller, scalable, cause=cause, capacity=capacity)
        logger.info("%s: desired count %d: %s", scalable.resource, capacity, cause)

    async def _decide_by_tracking(
        self, caller: Caller, policy: Record, desired: int
    ) -> ScalingDecision | None:
        configuration = policy[TRACKING]
        metric = metric_of(configuration, ScalableId.of(policy))
        recent = await self._values(caller, metric, HIGH_SECONDS)
        long = await self._values(caller, metric, LOW_SECONDS)
        return target_tracking(desired, configuration["TargetValue"], recent, long)

    async def _decide_by_steps(
        self, caller: Caller, policy: Record, desired: int
    ) -> ScalingDecision | None:
        alarms = await self._aws.call(caller, "cloudwatch", "DescribeAlarms")
        for alarm in alarms["MetricAlarms"]:
            if policy["PolicyARN"] not in alarm["AlarmActions"]:
                continue
            seconds = alarm["Period"] * alarm["EvaluationPeriods"]
            values = await self._values(caller, metric_in(alarm), seconds)
            if breaches(alarm, values):
                return step_scaling(desired, policy[_STEPPING], values[-1] - alarm["Threshold"])
        return None

    async def _values(self, caller: Caller, metric: Metric, seconds: float) -> list[float]:
        # At least two seconds: values are grouped by the second.
        window = max(2.0, self._time_scale.seconds(seconds))
        return await read_values(self._aws, caller, metric, window)

    def _is_allowed(self, target: Record, policy: Record, service: Record, capacity: int) -> bool:
        configuration = policy.get(TRACKING) or policy[_STEPPING]
        suspended = target["SuspendedState"]
        if capacity > service["desiredCount"]:
            return not suspended["DynamicScalingOutSuspended"] and self._cooldown_over(
                target, "Out", configuration
            )
        # "Application Auto Scaling turns off scale-in processes while ECS deployments are in
        # progress": https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-auto-scaling.html
        return (
            not suspended["DynamicScalingInSuspended"]
            and all(each.get("rolloutState") != "IN_PROGRESS" for each in service["deployments"])
            and not configuration.get("DisableScaleIn", False)
            and self._cooldown_over(target, "In", configuration)
            and self._cooldown_over(target, "Out", configuration)
        )

    def _cooldown_over(self, target: Record, direction: str, configuration: Record) -> bool:
        default: float = configuration.get("Cooldown", _DEFAULT_COOLDOWN)
        cooldown: float = configuration.get(f"Scale{direction}Cooldown", default)
        since = time.time() - target.get(f"Last{direction}", 0.0)
        return bool(since >= cooldown * self._time_scale.factor)


def _alarm_name(policy: Record, decision: ScalingDecision) -> str:
    names: list[str] = [alarm["AlarmName"] for alarm in policy["Alarms"]]
    return next((name for name in names if decision.reason in name), str(policy["PolicyName"]))
