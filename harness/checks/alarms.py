"""The alarms and the dashboard."""

import json
from typing import TYPE_CHECKING

from harness.checks.check import ServiceChecks, check
from harness.checks.evidence import Plane
from harness.checks.expect import expect, expect_equal
from harness.checks.resources import load_balancer, metric_name, target_group
from harness.targets.base import Capability
from stack.tiers import Tier

if TYPE_CHECKING:
    from mypy_boto3_cloudwatch.type_defs import MetricAlarmTypeDef

__all__ = ["Alarms"]

_CLOUDWATCH = (Capability.CLOUDWATCH,)

# Kind -> namespace, metric, statistic, largest right value, periods of a minute, dimensions.
_WANTED = {
    "alb-5xx": ("AWS/ApplicationELB", "HTTPCode_ELB_5XX_Count", "Sum", 5.0, 2, "balancer"),
    "target-5xx": ("AWS/ApplicationELB", "HTTPCode_Target_5XX_Count", "Sum", 5.0, 2, "targets"),
    "unhealthy-hosts": ("AWS/ApplicationELB", "UnHealthyHostCount", "Maximum", 0.0, 3, "targets"),
    "service-cpu": ("AWS/ECS", "CPUUtilization", "Average", 85.0, 5, "service"),
    "database-cpu": ("AWS/RDS", "CPUUtilization", "Average", 85.0, 5, "cluster"),
    "database-capacity": ("AWS/RDS", "ACUUtilization", "Average", 90.0, 5, "cluster"),
}


class Alarms(ServiceChecks):
    """Checks of the CloudWatch alarms and the dashboard."""

    service = "alarms"
    tier = Tier.MONITORING

    @check(
        "exactly the wanted alarms watch the wanted metrics",
        plane=Plane.CONTROL,
        requires=(*_CLOUDWATCH, Capability.ELBV2),
    )
    def metrics(self) -> str:
        """Compare metric, statistic, threshold, periods and dimensions of every alarm."""
        config, whose = self.context.config, self._dimensions()
        wanted = {
            config.alarm_name(kind): (
                *(namespace, metric, statistic, threshold, periods, whose[dimensions]),
                *(60, "GreaterThanThreshold", "notBreaching", True),
            )
            for kind, (
                namespace,
                metric,
                statistic,
                threshold,
                periods,
                dimensions,
            ) in _WANTED.items()
        }
        expect_equal("alarms", self._alarms(), wanted)
        return f"{len(wanted)} alarms: {', '.join(_WANTED)}"

    @check(
        "the dashboard shows the metric of every alarm",
        plane=Plane.CONTROL,
        requires=(*_CLOUDWATCH, Capability.ELBV2),
    )
    def dashboard(self) -> str:
        """Read the dashboard's body."""
        name = self.context.config.dashboard_name
        body = self.context.clients.cloudwatch.get_dashboard(DashboardName=name)["DashboardBody"]
        shown = {
            tuple(metric)
            for widget in json.loads(body)["widgets"]
            for metric in widget["properties"].get("metrics", ())
        }
        whose = self._dimensions()
        wanted = {
            (namespace, metric, *(word for pair in whose[part].items() for word in pair))
            for namespace, metric, _, _, _, part in _WANTED.values()
        }
        missing = wanted - shown
        expect(not missing, "the metric of every alarm", f"without {sorted(missing)}")
        return f"{name} shows {len(shown)} metrics"

    def _alarms(self) -> dict[str, tuple[object, ...]]:
        suffix = f"-{self.context.config.environment_suffix}"
        pages = self.context.clients.cloudwatch.get_paginator("describe_alarms").paginate(
            AlarmNamePrefix="catalog-"
        )
        return {
            alarm["AlarmName"]: _described(alarm)
            for page in pages
            for alarm in page["MetricAlarms"]
            if alarm["AlarmName"].endswith(suffix)
        }

    def _dimensions(self) -> dict[str, dict[str, str]]:
        config, group = self.context.config, target_group(self.context)
        whole = {"LoadBalancer": metric_name(load_balancer(self.context)["LoadBalancerArn"])}
        return {
            "balancer": whole,
            "targets": {**whole, "TargetGroup": metric_name(group["TargetGroupArn"])},
            "service": {
                "ClusterName": config.ecs_cluster_name,
                "ServiceName": config.ecs_service_name,
            },
            "cluster": {"DBClusterIdentifier": config.aurora_cluster_identifier},
        }


def _described(alarm: "MetricAlarmTypeDef") -> tuple[object, ...]:
    return (
        alarm.get("Namespace"),
        alarm.get("MetricName"),
        alarm.get("Statistic"),
        alarm.get("Threshold"),
        alarm.get("EvaluationPeriods"),
        {item["Name"]: item["Value"] for item in alarm.get("Dimensions", ())},
        alarm.get("Period"),
        alarm.get("ComparisonOperator"),
        alarm.get("TreatMissingData"),
        alarm.get("ActionsEnabled"),
    )
