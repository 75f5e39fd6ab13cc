import asyncio
import time
from typing import Any

import pytest

from harness.emulator.gateway.autoscaling.scaler import Scaler
from harness.emulator.gateway.background import TimeScale
from tests.unit.harness.emulator.gateway.autoscaling.scaled_service import (
    CPU,
    TARGET,
    ScaledService,
)
from tests.unit.harness.emulator.gateway.fake_aws import CALLER, ecs_error

pytestmark = pytest.mark.anyio

SCALE_IN_OFF = {"DynamicScalingInSuspended": True}
SCALE_OUT_OFF = {"DynamicScalingOutSuspended": True}


async def test_high_load_scales_out(scaled: ScaledService) -> None:
    await scaled.register()
    await scaled.track()
    scaled.values["CPUUtilization"] = [90.0]

    assert await scaled.evaluate() == 4
    (activity,) = scaled.store.records(CALLER, "activities")
    assert "AlarmHigh" in activity["Cause"]
    assert activity["Cause"].endswith("in state ALARM triggered policy cpu")


async def test_low_load_scales_in(scaled: ScaledService) -> None:
    scaled.desired = 6
    await scaled.register()
    await scaled.track()
    scaled.values["CPUUtilization"] = [10.0, 20.0]

    assert await scaled.evaluate() == 3
    assert "AlarmLow" in scaled.store.records(CALLER, "activities")[0]["Cause"]


@pytest.mark.parametrize(("load", "bound"), [([500.0], 3), ([1.0], 1)])
async def test_scaling_stays_within_the_bounds(
    scaled: ScaledService, load: list[float], bound: int
) -> None:
    await scaled.register(1, 3)
    await scaled.track()
    scaled.values["CPUUtilization"] = load

    assert await scaled.evaluate() == bound


async def test_without_data_the_service_is_not_updated(scaled: ScaledService) -> None:
    await scaled.register()
    await scaled.track()

    assert await scaled.evaluate() == 2
    assert "UpdateService" not in scaled.aws.names()


async def test_without_policies_metrics_are_not_read(scaled: ScaledService) -> None:
    await scaled.register()
    requested = len(scaled.aws.calls)

    await scaled.evaluate()

    assert len(scaled.aws.calls) == requested


async def test_a_deleted_service_is_not_updated(scaled: ScaledService) -> None:
    await scaled.register()
    await scaled.track()
    scaled.status = "INACTIVE"
    scaled.values["CPUUtilization"] = [90.0]

    assert await scaled.evaluate() == 2
    await scaled.scaler.enforce_bounds(CALLER, scaled.target)
    assert "UpdateService" not in scaled.aws.names()


@pytest.mark.parametrize(
    ("load", "target", "policy", "rollout"),
    [
        ([90.0], {"SuspendedState": SCALE_OUT_OFF}, {}, "COMPLETED"),
        ([1.0], {"SuspendedState": SCALE_IN_OFF}, {}, "COMPLETED"),
        ([1.0], {}, {"DisableScaleIn": True}, "COMPLETED"),
        ([1.0], {}, {}, "IN_PROGRESS"),
    ],
)
async def test_suspended_scaling_does_not_happen(
    scaled: ScaledService,
    load: list[float],
    target: dict[str, Any],
    policy: dict[str, Any],
    rollout: str,
) -> None:
    await scaled.register(**target)
    await scaled.track(**policy)
    scaled.rollout = rollout
    scaled.values["CPUUtilization"] = load

    assert await scaled.evaluate() == 2


@pytest.mark.parametrize(("last", "load"), [("LastOut", 90.0), ("LastIn", 1.0), ("LastOut", 1.0)])
async def test_cooldowns_are_scaled(scaled: ScaledService, last: str, load: float) -> None:
    await scaled.register()
    await scaled.track(ScaleOutCooldown=100, ScaleInCooldown=100)
    scaled.values["CPUUtilization"] = [load]
    scaled.target[last] = time.time() - 50
    aws = scaled.aws.api

    await Scaler(aws, scaled.store, TimeScale(1.0)).evaluate(CALLER, scaled.target)
    assert scaled.desired == 2

    await Scaler(aws, scaled.store, TimeScale(0.1)).evaluate(CALLER, scaled.target)
    assert scaled.desired != 2


async def test_any_policy_scales_out_and_all_must_agree_to_scale_in(scaled: ScaledService) -> None:
    await scaled.register()
    await scaled.track()
    memory = {"PredefinedMetricType": "ECSServiceAverageMemoryUtilization"}
    await scaled.track("memory", PredefinedMetricSpecification=memory)

    scaled.values = {"CPUUtilization": [1.0]}
    assert await scaled.evaluate() == 2

    scaled.values = {"CPUUtilization": [60.0], "MemoryUtilization": [150.0]}
    assert await scaled.evaluate() == 6

    scaled.values = {"CPUUtilization": [10.0], "MemoryUtilization": [20.0]}
    assert await scaled.evaluate() == 3


async def test_requests_per_target_and_custom_metrics_are_supported(scaled: ScaledService) -> None:
    await scaled.register()
    label = "app/lb/1/targetgroup/tg/2"
    await scaled.call(
        "PutScalingPolicy",
        **TARGET,
        PolicyName="requests",
        PolicyType="TargetTrackingScaling",
        TargetTrackingScalingPolicyConfiguration={
            "TargetValue": 100.0,
            "PredefinedMetricSpecification": {
                "PredefinedMetricType": "ALBRequestCountPerTarget",
                "ResourceLabel": label,
            },
        },
    )
    await scaled.call(
        "PutScalingPolicy",
        **TARGET,
        PolicyName="own",
        PolicyType="TargetTrackingScaling",
        TargetTrackingScalingPolicyConfiguration={
            "TargetValue": 10.0,
            "CustomizedMetricSpecification": {
                "Namespace": "Own",
                "MetricName": "Depth",
                "Dimensions": [{"Name": "Queue", "Value": "q"}],
                "Statistic": "Maximum",
            },
        },
    )
    scaled.values = {"RequestCountPerTarget": [250.0], "Depth": [1.0]}

    assert await scaled.evaluate() == 5
    requested = {each["MetricName"]: each for each in scaled.aws.parameters("GetMetricStatistics")}
    assert requested["RequestCountPerTarget"]["Dimensions"] == [
        {"Name": "LoadBalancer", "Value": "app/lb/1"},
        {"Name": "TargetGroup", "Value": "targetgroup/tg/2"},
    ]
    assert requested["RequestCountPerTarget"]["Statistics"] == ["Sum"]
    assert requested["Depth"]["Namespace"] == "Own"
    assert requested["Depth"]["Statistics"] == ["Maximum"]


async def test_step_policies_are_triggered_by_their_alarms(scaled: ScaledService) -> None:
    await scaled.register()
    put = await scaled.call(
        "PutScalingPolicy",
        **TARGET,
        PolicyName="steps",
        StepScalingPolicyConfiguration={
            "AdjustmentType": "ChangeInCapacity",
            "Cooldown": 0,
            "StepAdjustments": [{"MetricIntervalLowerBound": 0.0, "ScalingAdjustment": 3}],
        },
    )
    alarm = {
        "AlarmActions": [put["PolicyARN"]],
        "Namespace": "Own",
        "MetricName": "Depth",
        "Dimensions": [{"Name": "Queue", "Value": "q"}],
        "Period": 60,
        "EvaluationPeriods": 1,
        "Threshold": 5.0,
        "ComparisonOperator": "GreaterThanThreshold",
    }
    scaled.alarms = [{**alarm, "AlarmActions": ["another"]}, alarm]

    scaled.values["Depth"] = [1.0]
    assert await scaled.evaluate() == 2
    scaled.values["Depth"] = [6.0]
    assert await scaled.evaluate() == 5


async def test_it_evaluates_periodically_and_survives_errors(scaled: ScaledService) -> None:
    await scaled.register()
    await scaled.track()
    refusals = iter([ecs_error("ServiceNotActiveException")])
    update = scaled.aws.responses["UpdateService"]
    assert callable(update)
    scaled.aws.responses["UpdateService"] = lambda requested: (
        next(refusals, None) or update(requested)
    )
    scaled.values["CPUUtilization"] = [90.0]

    await scaled.scaler.start()
    try:
        async with asyncio.timeout(10):
            while scaled.desired == 2:
                await asyncio.sleep(0.001)
    finally:
        await scaled.scaler.stop()

    assert len(scaled.aws.parameters("UpdateService")) >= 2


async def test_a_scaler_that_was_not_started_can_be_stopped(scaled: ScaledService) -> None:
    await scaled.scaler.stop()

    assert CPU["TargetValue"] == 50.0
