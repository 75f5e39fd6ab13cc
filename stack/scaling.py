"""Auto scaling of the service, by CPU utilization and by requests."""

from .bindings import appautoscaling_policy, appautoscaling_target
from .load_balancer import LoadBalancer
from .part import ConfiguredStack, Part
from .service import Service

SCALE_IN_COOLDOWN_SECONDS = 120
SCALE_OUT_COOLDOWN_SECONDS = 30


class Scaling(Part):
    """A scalable target with two target tracking policies; the larger desired count applies."""

    def __init__(
        self, stack: ConfiguredStack, service: Service, load_balancer: LoadBalancer
    ) -> None:
        super().__init__(stack, "scaling")
        config = stack.config
        self._target = appautoscaling_target.AppautoscalingTarget(
            self,
            "target",
            service_namespace="ecs",
            scalable_dimension="ecs:service:DesiredCount",
            resource_id=f"service/{service.cluster_name}/{service.service_name}",
            min_capacity=config.min_capacity,
            max_capacity=config.max_capacity,
        )
        self._declare(scaling_resource_id=self._target.resource_id)
        self._track(
            "cpu",
            config.cpu_scaling_policy_name,
            target=config.cpu_target_percent,
            metric="ECSServiceAverageCPUUtilization",
        )
        self._track(
            "requests",
            config.request_scaling_policy_name,
            target=config.request_count_target,
            metric="ALBRequestCountPerTarget",
            label=f"{load_balancer.arn_suffix}/{load_balancer.target_group_arn_suffix}",
        )

    def _track(
        self, id_: str, name: str, *, target: int, metric: str, label: str | None = None
    ) -> None:
        """Add a target tracking policy on a predefined metric.

        https://docs.aws.amazon.com/autoscaling/application/APIReference/API_PredefinedMetricSpecification.html
        """
        appautoscaling_policy.AppautoscalingPolicy(
            self,
            id_,
            name=name,
            policy_type="TargetTrackingScaling",
            service_namespace=self._target.service_namespace,
            scalable_dimension=self._target.scalable_dimension,
            resource_id=self._target.resource_id,
            target_tracking_scaling_policy_configuration={
                "target_value": target,
                "scale_in_cooldown": SCALE_IN_COOLDOWN_SECONDS,
                "scale_out_cooldown": SCALE_OUT_COOLDOWN_SECONDS,
                "predefined_metric_specification": {
                    "predefined_metric_type": metric,
                    "resource_label": label,
                },
            },
        )
