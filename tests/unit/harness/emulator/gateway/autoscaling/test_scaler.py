import asyncio
import time
from typing import Any

import pytest

from harness.emulator.gateway.autoscaling.scaler import Scaler
from harness.emulator.gateway.environment import TimeScale
from tests.unit.harness.emulator.gateway.autoscaling.scaled_service import CPU, TARGET, Cloud
from tests.unit.harness.emulator.gateway.fake_aws import TENANT, ecs_error

pytestmark = pytest.mark.anyio

SCALE_IN_OFF = {"DynamicScalingInSuspended": True}
SCALE_OUT_OFF = {"DynamicScalingOutSuspended": True}


async def test_high_load_scales_out(cloud: Cloud) -> None:
    await cloud.register()
    await cloud.track()
    cloud.values["CPUUtilization"] = [90.0]

    assert await cloud.evaluate() == 4
    (activity,) = cloud.store.activities(TENANT)
    assert "AlarmHigh" in activity["Cause"]
    assert activity["Cause"].endswith("in state ALARM triggered policy cpu")


async def test_low_load_scales_in(cloud: Cloud) -> None:
    cloud.desired = 6
    await cloud.register()
    await cloud.track()
    cloud.values["CPUUtilization"] = [10.0, 20.0]

    assert await cloud.evaluate() == 3
    assert "AlarmLow" in cloud.store.activities(TENANT)[0]["Cause"]


@pytest.mark.parametrize(("load", "bound"), [([500.0], 3), ([1.0], 1)])
async def test_scaling_stays_within_the_bounds(cloud: Cloud, load: list[float], bound: int) -> None:
    await cloud.register(1, 3)
    await cloud.track()
    cloud.values["CPUUtilization"] = load

    assert await cloud.evaluate() == bound


async def test_without_data_nothing_happens(cloud: Cloud) -> None:
    await cloud.register()
    await cloud.track()

    assert await cloud.evaluate() == 2
    assert "UpdateService" not in cloud.aws.names()


async def test_without_policies_metrics_are_not_read(cloud: Cloud) -> None:
    await cloud.register()
    asked = len(cloud.aws.calls)

    await cloud.evaluate()

    assert len(cloud.aws.calls) == asked


async def test_a_service_that_is_gone_is_left_alone(cloud: Cloud) -> None:
    await cloud.register()
    await cloud.track()
    cloud.status = "INACTIVE"
    cloud.values["CPUUtilization"] = [90.0]

    assert await cloud.evaluate() == 2
    await cloud.scaler.enforce_bounds(TENANT, cloud.target)
    assert "UpdateService" not in cloud.aws.names()


@pytest.mark.parametrize(
    ("load", "target", "policy", "rollout"),
    [
        ([90.0], {"SuspendedState": SCALE_OUT_OFF}, {}, "COMPLETED"),
        ([1.0], {"SuspendedState": SCALE_IN_OFF}, {}, "COMPLETED"),
        ([1.0], {}, {"DisableScaleIn": True}, "COMPLETED"),
        ([1.0], {}, {}, "IN_PROGRESS"),
    ],
)
async def test_scaling_that_is_switched_off_does_not_happen(
    cloud: Cloud, load: list[float], target: dict[str, Any], policy: dict[str, Any], rollout: str
) -> None:
    await cloud.register(**target)
    await cloud.track(**policy)
    cloud.rollout = rollout
    cloud.values["CPUUtilization"] = load

    assert await cloud.evaluate() == 2


@pytest.mark.parametrize(("last", "load"), [("LastOut", 90.0), ("LastIn", 1.0), ("LastOut", 1.0)])
async def test_cooldowns_are_kept_at_the_emulators_pace(
    cloud: Cloud, last: str, load: float
) -> None:
    await cloud.register()
    await cloud.track(ScaleOutCooldown=100, ScaleInCooldown=100)
    cloud.values["CPUUtilization"] = [load]
    cloud.target[last] = time.time() - 50
    aws = cloud.aws.api

    await Scaler(aws, cloud.store, TimeScale(1.0)).evaluate(TENANT, cloud.target)
    assert cloud.desired == 2

    await Scaler(aws, cloud.store, TimeScale(0.1)).evaluate(TENANT, cloud.target)
    assert cloud.desired != 2


async def test_any_policy_scales_out_and_all_must_agree_to_scale_in(cloud: Cloud) -> None:
    await cloud.register()
    await cloud.track()
    memory = {"PredefinedMetricType": "ECSServiceAverageMemoryUtilization"}
    await cloud.track("memory", PredefinedMetricSpecification=memory)

    cloud.values = {"CPUUtilization": [1.0]}
    assert await cloud.evaluate() == 2

    cloud.values = {"CPUUtilization": [60.0], "MemoryUtilization": [150.0]}
    assert await cloud.evaluate() == 6

    cloud.values = {"CPUUtilization": [10.0], "MemoryUtilization": [20.0]}
    assert await cloud.evaluate() == 3


async def test_requests_per_target_and_own_metrics_are_followed(cloud: Cloud) -> None:
    await cloud.register()
    label = "app/lb/1/targetgroup/tg/2"
    await cloud.ask(
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
    await cloud.ask(
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
    cloud.values = {"RequestCountPerTarget": [250.0], "Depth": [1.0]}

    assert await cloud.evaluate() == 5
    asked = {each["MetricName"]: each for each in cloud.aws.parameters("GetMetricStatistics")}
    assert asked["RequestCountPerTarget"]["Dimensions"] == [
        {"Name": "LoadBalancer", "Value": "app/lb/1"},
        {"Name": "TargetGroup", "Value": "targetgroup/tg/2"},
    ]
    assert asked["RequestCountPerTarget"]["Statistics"] == ["Sum"]
    assert asked["Depth"]["Namespace"] == "Own"
    assert asked["Depth"]["Statistics"] == ["Maximum"]


async def test_step_policies_follow_the_alarms_that_name_them(cloud: Cloud) -> None:
    await cloud.register()
    put = await cloud.ask(
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
    cloud.alarms = [{**alarm, "AlarmActions": ["another"]}, alarm]

    cloud.values["Depth"] = [1.0]
    assert await cloud.evaluate() == 2
    cloud.values["Depth"] = [6.0]
    assert await cloud.evaluate() == 5


async def test_it_looks_again_and_again_and_survives_refusals(cloud: Cloud) -> None:
    await cloud.register()
    await cloud.track()
    refusals = iter([ecs_error("ServiceNotActiveException")])
    update = cloud.aws.answers["UpdateService"]
    assert callable(update)
    cloud.aws.answers["UpdateService"] = lambda asked: next(refusals, None) or update(asked)
    cloud.values["CPUUtilization"] = [90.0]

    await cloud.scaler.start()
    try:
        async with asyncio.timeout(10):
            while cloud.desired == 2:
                await asyncio.sleep(0.001)
    finally:
        await cloud.scaler.stop()

    assert len(cloud.aws.parameters("UpdateService")) >= 2


async def test_what_never_started_can_be_stopped(cloud: Cloud) -> None:
    await cloud.scaler.stop()

    assert CPU["TargetValue"] == 50.0
