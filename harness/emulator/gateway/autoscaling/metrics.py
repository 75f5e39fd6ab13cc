"""The metric of a target tracking policy, read from CloudWatch, and its two alarms.

https://docs.aws.amazon.com/autoscaling/application/APIReference/API_PredefinedMetricSpecification.html
https://docs.aws.amazon.com/autoscaling/application/userguide/target-tracking-scaling-policy-overview.html
"""

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

from harness.emulator.gateway.autoscaling.scaling_decision import (
    HIGH_SECONDS,
    LOW_SECONDS,
    LOW_SHARE,
    TRACKING,
)
from harness.emulator.gateway.autoscaling.store import AutoScalingError, Record, ScalableId
from harness.emulator.gateway.aws import AwsApi
from harness.emulator.gateway.caller import Caller

_PREDEFINED = "PredefinedMetricSpecification"
_CUSTOMIZED = "CustomizedMetricSpecification"
_ECS = {
    "ECSServiceAverageCPUUtilization": "CPUUtilization",
    "ECSServiceAverageMemoryUtilization": "MemoryUtilization",
}
_PER_TARGET = "ALBRequestCountPerTarget"
_ALARM_SECONDS = 60
_KINDS = (
    ("AlarmHigh", "GreaterThanThreshold", 1.0, HIGH_SECONDS),
    ("AlarmLow", "LessThanThreshold", LOW_SHARE, LOW_SECONDS),
)
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


async def create_alarms(aws: AwsApi, caller: Caller, policy: Record) -> list[Record]:
    """Create the alarms of a policy; return them in the format of DescribeScalingPolicies."""
    metric = metric_of(policy[TRACKING], ScalableId.of(policy))
    created = []
    for kind, comparison, share, seconds in _KINDS:
        name = f"TargetTracking-{policy['ResourceId']}-{kind}-{uuid.uuid4()}"
        await aws.call(
            caller,
            "cloudwatch",
            "PutMetricAlarm",
            AlarmName=name,
            AlarmDescription="DO NOT EDIT OR DELETE. For TargetTrackingScaling policy "
            f"{policy['PolicyARN']}.",
            ActionsEnabled=True,
            AlarmActions=[policy["PolicyARN"]],
            **metric,
            Period=_ALARM_SECONDS,
            EvaluationPeriods=int(seconds / _ALARM_SECONDS),
            Threshold=policy[TRACKING]["TargetValue"] * share,
            ComparisonOperator=comparison,
        )
        arn = f"arn:aws:cloudwatch:{caller.region}:{caller.account}:alarm:{name}"
        created.append({"AlarmName": name, "AlarmARN": arn})
    return created


async def delete_alarms(aws: AwsApi, caller: Caller, policy: Record) -> None:
    """Delete the alarms of a policy."""
    names = [alarm["AlarmName"] for alarm in policy["Alarms"]]
    if names:
        await aws.call(caller, "cloudwatch", "DeleteAlarms", AlarmNames=names)
        policy["Alarms"] = []
