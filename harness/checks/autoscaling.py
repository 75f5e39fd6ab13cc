"""Auto scaling: bounds, policies, and a service that follows them."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from harness.aws.capability import Capability
from harness.checks.framework.check import ServiceChecks, check, expect, expect_equal, one
from harness.checks.framework.expected import Tier
from harness.checks.framework.resources import (
    active_service,
    load_balancer,
    metric_name,
    running_tasks,
    target_group,
)
from harness.run.evidence import Plane

if TYPE_CHECKING:
    from mypy_boto3_application_autoscaling.type_defs import ScalableTargetTypeDef

_NAMESPACE: Final = "ecs"
_DIMENSION: Final = "ecs:service:DesiredCount"
_IN_COOLDOWN_SECONDS, _OUT_COOLDOWN_SECONDS = 120, 30


class AutoScaling(ServiceChecks):
    """Checks of the scalable target, its policies, and a service that follows them."""

    service = "autoscaling"
    tier = Tier.SCALING
    requires = (Capability.APPLICATION_AUTOSCALING,)

    @check("the service scales between the expected bounds, and no scaling is suspended")
    def bounds(self) -> str:
        """Compare the scalable target."""
        target, stack = self._target(), self.context.expected
        actual = (target["MinCapacity"], target["MaxCapacity"])
        expect_equal("bounds", actual, (stack.min_capacity, stack.max_capacity))
        suspended = [name for name, on in target.get("SuspendedState", {}).items() if on]
        expect(not suspended, "nothing suspended", suspended)
        return f"{actual[0]} to {actual[1]} tasks"

    @check("the service is scaled by CPU utilization and by requests", requires=(Capability.ELBV2,))
    def policies(self) -> str:
        """Compare the complete scaling policies."""
        scaling = self.context.clients.application_autoscaling
        response = scaling.describe_scaling_policies(
            ServiceNamespace=_NAMESPACE, ResourceId=self._resource_id()
        )
        actual = {}
        for policy in response["ScalingPolicies"]:
            tracking = policy.get("TargetTrackingScalingPolicyConfiguration")
            expect(tracking is not None, "target tracking", policy["PolicyType"])
            assert tracking is not None  # noqa: S101 -- checked above
            metric = tracking.get("PredefinedMetricSpecification", {})
            actual[policy["PolicyName"]] = (
                metric.get("PredefinedMetricType"),
                metric.get("ResourceLabel"),
                tracking["TargetValue"],
                tracking.get("ScaleInCooldown"),
                tracking.get("ScaleOutCooldown"),
                tracking.get("DisableScaleIn", False),
            )
        expect_equal("policies", actual, self._expected_policies())
        return f"target tracking: {', '.join(sorted(actual))}"

    @check(
        "the service follows its bounds: one task more, and back",
        plane=Plane.DATA,
        requires=(Capability.ECS, Capability.ECS_DATA_PLANE, Capability.ELBV2),
        exclusive=True,
    )
    def follows(self) -> str:
        """Raise the minimum by one, then lower the maximum: tasks and targets must follow.

        Auto scaling itself sets the desired count; the service and the load balancer follow.
        https://docs.aws.amazon.com/autoscaling/application/APIReference/API_RegisterScalableTarget.html
        """
        stack = self.context.expected
        count = stack.desired_count
        with self._restored():
            self._register(count + 1, max(count + 1, stack.max_capacity))
            self._settle(count + 1)
            self._register(min(count, stack.min_capacity), count)
            self._settle(count)
        return f"{count} -> {count + 1} -> {count} tasks, as many healthy targets each time"

    @contextmanager
    def _restored(self) -> Iterator[None]:
        """Restore bounds and desired count at the end, after an error too."""
        target, before = self._target(), self._desired_count()
        try:
            yield
        finally:
            self._register(target["MinCapacity"], target["MaxCapacity"])
            if self._desired_count() != before:
                stack = self.context.expected
                self.context.clients.ecs.update_service(
                    cluster=stack.ecs_cluster_name,
                    service=stack.ecs_service_name,
                    desiredCount=before,
                )

    def _register(self, lowest: int, highest: int) -> None:
        self.context.clients.application_autoscaling.register_scalable_target(
            ServiceNamespace=_NAMESPACE,
            ScalableDimension=_DIMENSION,
            ResourceId=self._resource_id(),
            MinCapacity=lowest,
            MaxCapacity=highest,
        )

    def _settle(self, count: int) -> None:
        """Wait until desired count, running tasks and healthy targets are all ``count``."""

        def observe() -> tuple[int, int, int]:
            tasks = running_tasks(self.context)
            running = [task for task in tasks if task.status == "RUNNING"]
            return self._desired_count(), len(running), self._healthy_targets()

        self.context.eventually(
            observe,
            what=f"(desired, running, healthy targets) to be {(count, count, count)}",
            ready=lambda actual: actual == (count, count, count),
        )

    def _desired_count(self) -> int:
        return active_service(self.context)["desiredCount"]

    def _healthy_targets(self) -> int:
        arn = target_group(self.context)["TargetGroupArn"]
        response = self.context.clients.elbv2.describe_target_health(TargetGroupArn=arn)
        states = [item["TargetHealth"]["State"] for item in response["TargetHealthDescriptions"]]
        return states.count("healthy")

    def _target(self) -> "ScalableTargetTypeDef":
        scaling = self.context.clients.application_autoscaling
        targets = scaling.describe_scalable_targets(
            ServiceNamespace=_NAMESPACE, ResourceIds=[self._resource_id()]
        )["ScalableTargets"]
        return one(targets, f"scalable target {self._resource_id()}")

    def _resource_id(self) -> str:
        return self.context.expected.scaling_resource_id

    def _expected_policies(self) -> dict[str, tuple[object, ...]]:
        stack = self.context.expected
        balancer = metric_name(load_balancer(self.context)["LoadBalancerArn"])
        group = metric_name(target_group(self.context)["TargetGroupArn"])
        cooldowns = (_IN_COOLDOWN_SECONDS, _OUT_COOLDOWN_SECONDS, False)
        return {
            stack.cpu_scaling_policy_name: (
                "ECSServiceAverageCPUUtilization",
                None,
                float(stack.cpu_target_percent),
                *cooldowns,
            ),
            stack.request_scaling_policy_name: (
                "ALBRequestCountPerTarget",
                f"{balancer}/{group}",
                float(stack.request_count_target),
                *cooldowns,
            ),
        }
