from typing import Any

import pytest

from harness.checks.autoscaling import AutoScaling
from harness.core.errors import CheckFailedError
from tests.unit.harness.checks.fake_deployment import GONE, FakeDeployment

POLICY = ("application-autoscaling.DescribeScalingPolicies", "ScalingPolicies", 0)
TRACKING = (*POLICY, "TargetTrackingScalingPolicyConfiguration")


@pytest.mark.parametrize("bounds", [(1, 10), (2, 11)])
def test_other_bounds_fail(fake_deployment: FakeDeployment, bounds: tuple[int, int]) -> None:
    fake_deployment.bounds = bounds

    failures = fake_deployment.failures("autoscaling/target", "autoscaling/policies")

    assert list(failures) == ["autoscaling/target"]
    assert "Capacity" in failures["autoscaling/target"]


def _target(fake_deployment: FakeDeployment, **changes: Any) -> None:
    fake_deployment.answers["application-autoscaling.DescribeScalableTargets"] = {
        "ScalableTargets": [{**fake_deployment.scalable_target(), **changes}]
    }


def test_suspended_scaling_fails(fake_deployment: FakeDeployment) -> None:
    _target(fake_deployment, SuspendedState={"DynamicScalingOutSuspended": True})

    assert (
        "DynamicScalingOutSuspended"
        in fake_deployment.failures("autoscaling/target")["autoscaling/target"]
    )


def test_no_scalable_target_fails(fake_deployment: FakeDeployment) -> None:
    fake_deployment.answers["application-autoscaling.DescribeScalableTargets"] = {
        "ScalableTargets": []
    }

    assert (
        "one scalable target"
        in fake_deployment.failures("autoscaling/target")["autoscaling/target"]
    )


@pytest.mark.parametrize(
    ("place", "value"),
    [
        ((*TRACKING, "TargetValue"), 61.0),
        ((*TRACKING, "ScaleInCooldown"), GONE),
        ((*TRACKING, "DisableScaleIn"), True),
        ((*TRACKING, "PredefinedMetricSpecification", "ResourceLabel"), "another"),
        (TRACKING, GONE),
        (POLICY, GONE),
    ],
)
def test_other_policies_fail(
    fake_deployment: FakeDeployment, place: tuple[Any, ...], value: Any
) -> None:
    fake_deployment.change(*place, to=value)

    assert list(fake_deployment.failures("autoscaling/policies")) == ["autoscaling/policies"]


def test_scaling_out_and_back_leaves_everything_as_it_was(fake_deployment: FakeDeployment) -> None:
    result = AutoScaling(fake_deployment.context()).follows()

    assert result.observed == "2 -> 3 -> 2 tasks, as many healthy targets each time"
    assert (fake_deployment.bounds, fake_deployment.desired, len(fake_deployment.tasks)) == (
        (2, 10),
        2,
        2,
    )
    bounds = [
        (parameters["MinCapacity"], parameters["MaxCapacity"])
        for parameters in fake_deployment.aws.parameters_of(
            "application-autoscaling.RegisterScalableTarget"
        )
    ]
    assert bounds == [(3, 10), (2, 2), (2, 10)]


def test_tasks_that_do_not_follow_fail_and_are_restored(fake_deployment: FakeDeployment) -> None:
    fake_deployment.follows = False

    with pytest.raises(CheckFailedError, match=r"\(3, 3, 3\).*last seen: \(3, 2, 2\)"):
        AutoScaling(fake_deployment.context()).follows()

    assert (fake_deployment.bounds, fake_deployment.desired) == ((2, 10), 2)
    assert fake_deployment.aws.parameters_of("ecs.UpdateService")[0]["desiredCount"] == 2


@pytest.mark.parametrize(
    ("key", "value"), [("ActionsEnabled", False), ("AlarmActions", []), ("AlarmName", "another")]
)
def test_an_alarm_that_does_not_scale_fails(
    fake_deployment: FakeDeployment, key: str, value: Any
) -> None:
    [high, *_] = fake_deployment.answers["application-autoscaling.DescribeScalingPolicies"][  # type: ignore[index]
        "ScalingPolicies"
    ][0]["Alarms"]
    alarm = {"AlarmName": high["AlarmName"]}
    fake_deployment.change("cloudwatch.DescribeAlarms", "MetricAlarms", alarm, key, to=value)

    assert list(fake_deployment.failures("autoscaling/*")) == ["autoscaling/policies"]
