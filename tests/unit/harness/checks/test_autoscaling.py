from typing import Any

import pytest

from harness.checks.autoscaling import AutoScaling
from harness.core.errors import CheckFailedError
from tests.unit.harness.checks.fake_deployment import GONE, World

POLICY = ("application-autoscaling.DescribeScalingPolicies", "ScalingPolicies", 0)
TRACKING = (*POLICY, "TargetTrackingScalingPolicyConfiguration")


@pytest.mark.parametrize("bounds", [(1, 10), (2, 11)])
def test_other_bounds_fail(world: World, bounds: tuple[int, int]) -> None:
    world.bounds = bounds

    failures = world.failures("autoscaling/bounds", "autoscaling/policies")

    assert list(failures) == ["autoscaling/bounds"]
    assert str(bounds) in failures["autoscaling/bounds"]


def _target(world: World, **changes: Any) -> None:
    world.answers["application-autoscaling.DescribeScalableTargets"] = {
        "ScalableTargets": [{**world.scalable_target(), **changes}]
    }


def test_suspended_scaling_fails(world: World) -> None:
    _target(world, SuspendedState={"DynamicScalingOutSuspended": True})

    assert (
        "DynamicScalingOutSuspended" in world.failures("autoscaling/bounds")["autoscaling/bounds"]
    )


def test_no_scalable_target_fails(world: World) -> None:
    world.answers["application-autoscaling.DescribeScalableTargets"] = {"ScalableTargets": []}

    assert "one scalable target" in world.failures("autoscaling/bounds")["autoscaling/bounds"]


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
def test_other_policies_fail(world: World, place: tuple[Any, ...], value: Any) -> None:
    world.change(*place, to=value)

    assert list(world.failures("autoscaling/policies")) == ["autoscaling/policies"]


def test_scaling_out_and_back_leaves_everything_as_it_was(world: World) -> None:
    result = AutoScaling(world.context()).follows()

    assert result.observed == "2 -> 3 -> 2 tasks, as many healthy targets each time"
    assert (world.bounds, world.desired, len(world.tasks)) == ((2, 10), 2, 2)
    bounds = [
        (parameters["MinCapacity"], parameters["MaxCapacity"])
        for parameters in world.aws.asked("application-autoscaling.RegisterScalableTarget")
    ]
    assert bounds == [(3, 10), (2, 2), (2, 10)]


def test_tasks_that_do_not_follow_fail_and_are_restored(world: World) -> None:
    world.follows = False

    with pytest.raises(CheckFailedError, match=r"\(3, 3, 3\).*last seen: \(3, 2, 2\)"):
        AutoScaling(world.context()).follows()

    assert (world.bounds, world.desired) == ((2, 10), 2)
    assert world.aws.asked("ecs.UpdateService")[0]["desiredCount"] == 2
