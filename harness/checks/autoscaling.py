"""Auto scaling: bounds, policies, and a service that follows them."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

from harness.aws.capability import Capability
from harness.aws.paging import pages
from harness.checks.framework.check import ServiceChecks, check, expect_equal, one
from harness.checks.framework.expected import Tier
from harness.checks.framework.resources import active_service, running_tasks, target_health
from harness.run.evidence import Plane

if TYPE_CHECKING:
    from mypy_boto3_application_autoscaling.type_defs import ScalableTargetTypeDef

_NAMESPACE: Final = "ecs"


class AutoScaling(ServiceChecks):
    """Checks of the scalable target, its policies, and a service that follows them."""

    service = "autoscaling"
    requires = (Tier.SCALING, Capability.APPLICATION_AUTOSCALING)

    @check("the scalable target is as configured, and nothing is suspended or scheduled")
    def target(self) -> str:
        """Compare the scalable target with its scheduled actions."""
        scaling, target = self.context.clients.application_autoscaling, self._target()
        actions = pages(scaling, "describe_scheduled_actions", "ScheduledActions", **self._scaled())
        described = {**target, "ScheduledActions": list(actions)}
        return self.compare("scalable target", {self._resource_id(): described})

    @check(
        "the scaling policies are exactly the configured ones, for CPU and for requests",
        Capability.CLOUDWATCH,
    )
    def policies(self) -> str:
        """Compare every scaling policy; each must have its alarms."""
        scaling = self.context.clients.application_autoscaling
        found = list(
            pages(scaling, "describe_scaling_policies", "ScalingPolicies", **self._scaled())
        )
        for policy in found:
            self._require_alarms(policy)
        return self.compare("scaling policy", {policy["PolicyName"]: policy for policy in found})

    def _require_alarms(self, policy: Any) -> None:
        """Require both alarms of a policy, with the policy as their only action.

        https://docs.aws.amazon.com/autoscaling/application/userguide/target-tracking-scaling-policy-overview.html
        """
        names = [alarm["AlarmName"] for alarm in policy.get("Alarms", ())]
        alarms = self.context.clients.cloudwatch.describe_alarms(AlarmNames=names or ["none"])
        actions = {
            alarm["AlarmName"]: alarm["AlarmActions"] if alarm["ActionsEnabled"] else []
            for alarm in alarms["MetricAlarms"]
            if alarm["AlarmName"] in names
        }
        expect_equal(
            f"actions of the alarms of {policy['PolicyName']}",
            actions or None,
            {name: [policy["PolicyARN"]] for name in names},
        )

    def _scaled(self) -> dict[str, str]:
        return {"ServiceNamespace": _NAMESPACE, "ResourceId": self._resource_id()}

    @check(
        "the service follows its bounds: one task more, and back",
        Capability.ECS,
        Capability.ECS_DATA_PLANE,
        Capability.ELBV2,
        plane=Plane.DATA,
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
            ScalableDimension="ecs:service:DesiredCount",
            ResourceId=self._resource_id(),
            MinCapacity=lowest,
            MaxCapacity=highest,
        )

    def _settle(self, count: int) -> None:
        """Wait until desired count, running tasks and healthy targets are all ``count``."""

        def observe() -> tuple[int, int, int]:
            running = [task for task in running_tasks(self.context) if task.status == "RUNNING"]
            healthy = list(target_health(self.context).values()).count("healthy")
            return self._desired_count(), len(running), healthy

        self.context.eventually(
            observe,
            what=f"(desired, running, healthy targets) to be {(count, count, count)}",
            ready=lambda actual: actual == (count, count, count),
        )

    def _desired_count(self) -> int:
        return active_service(self.context)["desiredCount"]

    def _target(self) -> "ScalableTargetTypeDef":
        scaling = self.context.clients.application_autoscaling
        targets = scaling.describe_scalable_targets(
            ServiceNamespace=_NAMESPACE, ResourceIds=[self._resource_id()]
        )["ScalableTargets"]
        return one(targets, f"scalable target {self._resource_id()}")

    def _resource_id(self) -> str:
        return self.context.expected.scaling_resource_id
