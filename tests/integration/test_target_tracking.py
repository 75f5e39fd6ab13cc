"""Auto scaling reads the load balancer's metrics: requests above the target add a task."""

from typing import Any, Final

import pytest

from harness.aws.capability import Capability
from harness.checks.framework.context import CheckContext
from harness.checks.framework.resources import active_service
from harness.checks.probes.catalog_client import CatalogClient
from tests.mutations.mutation import unreported
from tests.mutations.service import put_policy, scalable, set_desired_count

pytestmark = [
    pytest.mark.catalog_exclusive,
    pytest.mark.catalog_requires(
        Capability.APPLICATION_AUTOSCALING, Capability.ALB_DATA_PLANE, Capability.ECS_DATA_PLANE
    ),
]
_PER_TARGET = "ALBRequestCountPerTarget"
_TRACKING: Final = "TargetTrackingScalingPolicyConfiguration"


def test_requests_above_the_target_add_a_task(check_context: CheckContext) -> None:
    if check_context.target.name == "aws":
        pytest.skip("its alarms take three minutes on AWS")
    context = unreported(check_context)
    policy, before = _policy(context), active_service(context)["desiredCount"]
    catalog = CatalogClient.at_load_balancer(context)

    def observe() -> int:
        catalog.send("GET", "/healthz")
        return active_service(context)["desiredCount"]

    low = {**policy[_TRACKING], "TargetValue": 0.5}
    try:
        put_policy(context, {**policy, _TRACKING: low})
        context.eventually(observe, what="one task more", ready=lambda desired: desired > before)
        activities = context.clients.application_autoscaling.describe_scaling_activities(
            **scalable(context)
        )["ScalingActivities"]
    finally:
        put_policy(context, policy)
        set_desired_count(context, before)

    assert policy["PolicyName"] in activities[0]["Cause"]
    assert "AlarmHigh" in activities[0]["Cause"]


def _policy(context: CheckContext) -> Any:
    [policy] = [
        policy
        for policy in context.clients.application_autoscaling.describe_scaling_policies(
            ServiceNamespace="ecs", ResourceId=context.expected.scaling_resource_id
        )["ScalingPolicies"]
        if policy[_TRACKING].get("PredefinedMetricSpecification", {}).get("PredefinedMetricType")
        == _PER_TARGET
    ]
    return policy
