import pytest

from harness.checks.autoscaling import AutoScaling


def test_the_bounds_are_as_wanted(autoscaling: AutoScaling) -> None:
    autoscaling.bounds()


def test_the_policies_are_as_wanted(autoscaling: AutoScaling) -> None:
    autoscaling.policies()


@pytest.mark.exclusive
def test_the_service_follows_its_bounds(autoscaling: AutoScaling) -> None:
    autoscaling.follows()
