"""The metric of a target tracking policy, read from CloudWatch.

https://docs.aws.amazon.com/autoscaling/application/APIReference/API_PredefinedMetricSpecification.html
"""

from datetime import UTC, datetime, timedelta
from typing import Any

from harness.emulator.gateway.autoscaling.store import AutoScalingError, ScalableId
from harness.emulator.gateway.aws import AwsApi
from harness.emulator.gateway.caller import Caller

_PREDEFINED = "PredefinedMetricSpecification"
_CUSTOMIZED = "CustomizedMetricSpecification"
_ECS = {
    "ECSServiceAverageCPUUtilization": "CPUUtilization",
    "ECSServiceAverageMemoryUtilization": "MemoryUtilization",
}
_PER_TARGET = "ALBRequestCountPerTarget"
# The shortest period of CloudWatch: one value per second with data.
_PERIOD_SECONDS = 1


# Namespace, MetricName, Dimensions and Statistic: the parameters of PutMetricAlarm.
Metric = dict[str, Any]


def metric_in(described: dict[str, Any]) -> Metric:
    """Return the metric of an alarm or of a customized specification of the API."""
    return {
        "Namespace": described["Namespace"],
        "MetricName": described["MetricName"],
        "Dimensions": described.get("Dimensions", []),
        "Statistic": described.get("Statistic", "Average"),
    }


def _metric(namespace: str, name: str, statistic: str, **dimensions: str) -> Metric:
    listed = [{"Name": key, "Value": value} for key, value in dimensions.items()]
    metric = {"Namespace": namespace, "MetricName": name, "Dimensions": listed}
    return {**metric, "Statistic": statistic}


def metric_of(configuration: dict[str, Any], scalable: ScalableId) -> Metric:
    """Return the metric of a target tracking configuration.

    Raises:
        AutoScalingError: It has none, or one that is not valid for an ECS service.
    """
    if (_PREDEFINED in configuration) == (_CUSTOMIZED in configuration):
        raise AutoScalingError(f"Exactly one of {_PREDEFINED} and {_CUSTOMIZED} must be specified")
    if _PREDEFINED in configuration:
        return _predefined(configuration[_PREDEFINED], scalable)
    customized = configuration[_CUSTOMIZED]
    if "MetricName" not in customized or "Namespace" not in customized:
        raise AutoScalingError("The embedded cloud supports single metrics only, no metric math")
    return metric_in(customized)


def _predefined(specification: dict[str, Any], scalable: ScalableId) -> Metric:
    kind = specification["PredefinedMetricType"]
    if kind in _ECS:
        service = {"ClusterName": scalable.cluster, "ServiceName": scalable.service}
        return _metric("AWS/ECS", _ECS[kind], "Average", **service)
    if kind == _PER_TARGET:
        return _per_target(specification.get("ResourceLabel", ""))
    raise AutoScalingError(f"Predefined metric type {kind} is not valid for ECS services")


def _per_target(label: str) -> Metric:
    balancer, separator, group = label.partition("/targetgroup/")
    if not separator or not balancer.startswith("app/"):
        raise AutoScalingError(
            f"Resource label should be specified for predefined metric type {_PER_TARGET}: "
            "app/<load balancer>/<id>/targetgroup/<target group>/<id>"
        )
    dimensions = {"LoadBalancer": balancer, "TargetGroup": f"targetgroup/{group}"}
    return _metric("AWS/ApplicationELB", "RequestCountPerTarget", "Sum", **dimensions)


async def read_values(aws: AwsApi, caller: Caller, metric: Metric, seconds: float) -> list[float]:
    """Return the values of the last seconds, one per second with data, oldest first."""
    now, identity = datetime.now(UTC), dict(metric)
    statistic = identity.pop("Statistic")
    result = await aws.call(
        caller,
        "cloudwatch",
        "GetMetricStatistics",
        **identity,
        StartTime=now - timedelta(seconds=seconds),
        EndTime=now + timedelta(seconds=_PERIOD_SECONDS),
        Period=_PERIOD_SECONDS,
        Statistics=[statistic],
    )
    datapoints = sorted(result["Datapoints"], key=lambda each: each["Timestamp"])
    return [each[statistic] for each in datapoints]
