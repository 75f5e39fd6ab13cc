"""The metric of a target tracking policy, read from CloudWatch.

https://docs.aws.amazon.com/autoscaling/application/APIReference/API_PredefinedMetricSpecification.html
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from harness.emulator.gateway.autoscaling.errors import ValidationError
from harness.emulator.gateway.autoscaling.store import ScalableId
from harness.emulator.gateway.aws import AwsApi
from harness.emulator.gateway.caller import Tenant

_ECS = {
    "ECSServiceAverageCPUUtilization": "CPUUtilization",
    "ECSServiceAverageMemoryUtilization": "MemoryUtilization",
}
_PER_TARGET = "ALBRequestCountPerTarget"
# The shortest period of CloudWatch: one value per second with data.
_PERIOD_SECONDS = 1


@dataclass(frozen=True)
class Metric:
    """A CloudWatch metric: namespace, name, dimensions, statistic."""

    namespace: str
    name: str
    dimensions: tuple[tuple[str, str], ...]
    statistic: str

    def as_parameters(self) -> dict[str, Any]:
        """Return the parameters that identify it in CloudWatch calls."""
        dimensions = [{"Name": name, "Value": value} for name, value in self.dimensions]
        return {"Namespace": self.namespace, "MetricName": self.name, "Dimensions": dimensions}


def metric_of(configuration: dict[str, Any], scalable: ScalableId) -> Metric:
    """Return the metric of a target tracking configuration.

    Raises:
        ValidationError: It has none, or one that is not valid for an ECS service.
    """
    predefined = configuration.get("PredefinedMetricSpecification")
    customized = configuration.get("CustomizedMetricSpecification")
    if (predefined is None) == (customized is None):
        raise ValidationError(
            "Exactly one of PredefinedMetricSpecification and CustomizedMetricSpecification "
            "must be specified"
        )
    if predefined is not None:
        return _predefined(predefined, scalable)
    return _customized(customized or {})


def _predefined(specification: dict[str, Any], scalable: ScalableId) -> Metric:
    kind = specification["PredefinedMetricType"]
    if kind in _ECS:
        dimensions = (("ClusterName", scalable.cluster), ("ServiceName", scalable.service))
        return Metric("AWS/ECS", _ECS[kind], dimensions, "Average")
    if kind == _PER_TARGET:
        return _per_target(specification.get("ResourceLabel", ""))
    raise ValidationError(f"Predefined metric type {kind} is not valid for ECS services")


def _per_target(label: str) -> Metric:
    balancer, separator, group = label.partition("/targetgroup/")
    if not separator or not balancer.startswith("app/"):
        raise ValidationError(
            f"Resource label should be specified for predefined metric type {_PER_TARGET}: "
            "app/<load balancer>/<id>/targetgroup/<target group>/<id>"
        )
    dimensions = (("LoadBalancer", balancer), ("TargetGroup", f"targetgroup/{group}"))
    return Metric("AWS/ApplicationELB", "RequestCountPerTarget", dimensions, "Sum")


def _customized(specification: dict[str, Any]) -> Metric:
    if "MetricName" not in specification or "Namespace" not in specification:
        raise ValidationError("The embedded cloud supports single metrics only, no metric math")
    return Metric(
        namespace=specification["Namespace"],
        name=specification["MetricName"],
        dimensions=tuple(
            (each["Name"], each["Value"]) for each in specification.get("Dimensions", [])
        ),
        statistic=specification.get("Statistic", "Average"),
    )


async def read_values(aws: AwsApi, tenant: Tenant, metric: Metric, seconds: float) -> list[float]:
    """Return the values of the last seconds, one per second with data, oldest first."""
    now = datetime.now(UTC)
    result = await aws.call(
        tenant,
        "cloudwatch",
        "GetMetricStatistics",
        **metric.as_parameters(),
        StartTime=now - timedelta(seconds=seconds),
        EndTime=now + timedelta(seconds=_PERIOD_SECONDS),
        Period=_PERIOD_SECONDS,
        Statistics=[metric.statistic],
    )
    datapoints = sorted(result["Datapoints"], key=lambda each: each["Timestamp"])
    return [each[metric.statistic] for each in datapoints]
