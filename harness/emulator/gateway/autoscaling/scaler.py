"""The scaling itself: looks at metrics and bounds, sets desired counts, says what it did."""

import asyncio
import logging
import time
from typing import Any

from harness.emulator.gateway.autoscaling.ecs import EcsServices, ServiceState
from harness.emulator.gateway.autoscaling.metrics import Metric, metric_of, read_values
from harness.emulator.gateway.autoscaling.scaling_decision import (
    HIGH_SECONDS,
    LOW_SECONDS,
    TRACKING,
    Wish,
    bounded_capacity,
    breaches,
    choose,
    step,
    track,
)
from harness.emulator.gateway.autoscaling.store import Record, ScalableId, Store
from harness.emulator.gateway.aws import ApiError, AwsApi
from harness.emulator.gateway.caller import Tenant
from harness.emulator.gateway.environment import Pace

logger = logging.getLogger(__name__)

_LOOK_SECONDS = 15.0
# https://docs.aws.amazon.com/autoscaling/application/APIReference/API_TargetTrackingScalingPolicyConfiguration.html
_DEFAULT_COOLDOWN = 300.0
_STEPPING = "StepScalingPolicyConfiguration"


class Scaler:
    """Applies the policies of every scalable target, at the emulator's pace.

    Args:
        aws: The gateway's own API: CloudWatch is read, ECS is told.
        store: Targets and policies.
        pace: How fast alarms' windows and cooldowns pass.
    """

    def __init__(self, aws: AwsApi, store: Store, pace: Pace) -> None:
        self._aws = aws
        self._services = EcsServices(aws)
        self._store = store
        self._pace = pace
        self._looking: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin to look at metrics."""
        self._looking = asyncio.create_task(self._look())

    async def stop(self) -> None:
        """Stop looking."""
        if self._looking is not None:
            self._looking.cancel()
            await asyncio.gather(self._looking, return_exceptions=True)

    async def _look(self) -> None:
        while True:
            for tenant in self._store.tenants():
                for target in list(self._store.targets(tenant)):
                    await self._attend(tenant, target)
            await asyncio.sleep(self._pace.seconds(_LOOK_SECONDS))

    async def _attend(self, tenant: Tenant, target: Record) -> None:
        try:
            await self.evaluate(tenant, target)
        except ApiError as error:  # what it scales may be deleted at any moment
            logger.warning("scaling of %s: %s", target["ResourceId"], error)

    async def enforce_bounds(self, tenant: Tenant, target: Record) -> None:
        """Move a service whose desired count is out of bounds to the nearer bound."""
        scalable = ScalableId.of(target)
        state = await self._services.state(tenant, scalable)
        if state is None:
            return
        bounded = bounded_capacity(state.desired, target)
        if bounded != state.desired:
            bound = "minimum" if bounded > state.desired else "maximum"
            await self._set(tenant, scalable, bounded, f"{bound} capacity was set to {bounded}")

    async def evaluate(self, tenant: Tenant, target: Record) -> None:
        """Apply the policies of one target to what CloudWatch says now."""
        scalable = ScalableId.of(target)
        policies = self._store.policies_of(tenant, scalable)
        state = await self._services.state(tenant, scalable) if policies else None
        if state is None:
            return
        wishes = [(policy, await self._wish(tenant, policy, state)) for policy in policies]
        chosen = choose(wishes, state)
        if chosen is None:
            return
        policy, wish = chosen
        capacity = bounded_capacity(wish.capacity, target)
        if capacity == state.desired or not self._may(target, policy, state, capacity):
            return
        direction = "Out" if capacity > state.desired else "In"
        target[f"Last{direction}"] = time.time()
        cause = f"monitor alarm {_alarm_name(policy, wish)} in state ALARM triggered policy "
        await self._set(tenant, scalable, capacity, cause + policy["PolicyName"])

    async def _set(self, tenant: Tenant, scalable: ScalableId, capacity: int, cause: str) -> None:
        await self._services.set_desired(tenant, scalable, capacity)
        self._store.note_activity(tenant, scalable, cause=cause, capacity=capacity)
        logger.info("%s: desired count %d: %s", scalable.resource, capacity, cause)

    async def _wish(self, tenant: Tenant, policy: Record, state: ServiceState) -> Wish | None:
        if TRACKING in policy:
            return await self._tracking_wish(tenant, policy, state)
        return await self._stepping_wish(tenant, policy, state)

    async def _tracking_wish(
        self, tenant: Tenant, policy: Record, state: ServiceState
    ) -> Wish | None:
        configuration = policy[TRACKING]
        metric = metric_of(configuration, ScalableId.of(policy))
        recent = await self._values(tenant, metric, HIGH_SECONDS)
        long = await self._values(tenant, metric, LOW_SECONDS)
        return track(state.desired, configuration["TargetValue"], recent, long)

    async def _stepping_wish(
        self, tenant: Tenant, policy: Record, state: ServiceState
    ) -> Wish | None:
        alarms = await self._aws.call(tenant, "cloudwatch", "DescribeAlarms")
        for alarm in alarms["MetricAlarms"]:
            if policy["PolicyARN"] not in alarm["AlarmActions"]:
                continue
            seconds = alarm["Period"] * alarm["EvaluationPeriods"]
            values = await self._values(tenant, _alarm_metric(alarm), seconds)
            if breaches(alarm, values):
                breach = values[-1] - alarm["Threshold"]
                return step(state.desired, policy[_STEPPING], breach)
        return None

    async def _values(self, tenant: Tenant, metric: Metric, seconds: float) -> list[float]:
        # At least two seconds: values are grouped by the second.
        window = max(2.0, self._pace.seconds(seconds))
        return await read_values(self._aws, tenant, metric, window)

    def _may(self, target: Record, policy: Record, state: ServiceState, capacity: int) -> bool:
        configuration = policy.get(TRACKING) or policy[_STEPPING]
        suspended = target["SuspendedState"]
        if capacity > state.desired:
            return not suspended["DynamicScalingOutSuspended"] and self._cooled(
                target, "Out", configuration
            )
        # "Application Auto Scaling turns off scale-in processes while ECS deployments are in
        # progress": https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-auto-scaling.html
        return (
            not suspended["DynamicScalingInSuspended"]
            and not state.deploying
            and not configuration.get("DisableScaleIn", False)
            and self._cooled(target, "In", configuration)
            and self._cooled(target, "Out", configuration)
        )

    def _cooled(self, target: Record, direction: str, configuration: Record) -> bool:
        default: float = configuration.get("Cooldown", _DEFAULT_COOLDOWN)
        cooldown: float = configuration.get(f"Scale{direction}Cooldown", default)
        since = time.time() - target.get(f"Last{direction}", 0.0)
        return bool(since >= cooldown * self._pace.factor)


def _alarm_name(policy: Record, wish: Wish) -> str:
    names: list[str] = [alarm["AlarmName"] for alarm in policy["Alarms"]]
    return next((name for name in names if wish.reason in name), str(policy["PolicyName"]))


def _alarm_metric(alarm: dict[str, Any]) -> Metric:
    dimensions = tuple((each["Name"], each["Value"]) for each in alarm["Dimensions"])
    return Metric(
        alarm["Namespace"], alarm["MetricName"], dimensions, alarm.get("Statistic", "Average")
    )
