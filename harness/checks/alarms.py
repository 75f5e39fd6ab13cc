"""The alarms and the dashboard."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from harness.aws.capability import Capability
from harness.checks.framework.check import ServiceChecks, check, expect, expect_equal
from harness.checks.framework.context import CheckContext
from harness.checks.framework.expected import Tier
from harness.checks.framework.resources import load_balancer, metric_name, target_group

if TYPE_CHECKING:
    from mypy_boto3_cloudwatch.type_defs import MetricAlarmTypeDef

# The dimensions of the alarm of a NAT gateway come from EC2.
_BALANCING = "AWS/ApplicationELB"


@dataclass(frozen=True)
class ExpectedAlarm:
    """The expected metric of an alarm and its threshold.

    Attributes:
        namespace: CloudWatch namespace.
        metric: Name of the metric.
        statistic: How the data points of a minute are aggregated.
        threshold: Largest value that is not in alarm.
        periods: Consecutive minutes above the threshold until the alarm goes off.
        dimensions: Dimensions of the metric.
    """

    namespace: str
    metric: str
    statistic: str
    threshold: float
    periods: int
    dimensions: Mapping[str, str]


def _expected_alarms(context: CheckContext) -> dict[str, ExpectedAlarm]:
    """Return kind -> alarm, for the tiers that are deployed."""
    stack = context.expected
    expected = dict(_of_network(context))
    if Tier.LOAD_BALANCER in stack.tiers:
        expected |= _of_load_balancer(context)
    if Tier.SERVICE in stack.tiers:
        tasks = {"ClusterName": stack.ecs_cluster_name, "ServiceName": stack.ecs_service_name}
        expected["service-cpu"] = _average("AWS/ECS", "CPUUtilization", 85.0, tasks)
    if Tier.DATABASE in stack.tiers:
        cluster = {"DBClusterIdentifier": stack.aurora_cluster_identifier}
        expected["database-cpu"] = _average("AWS/RDS", "CPUUtilization", 85.0, cluster)
        expected["database-capacity"] = _average("AWS/RDS", "ACUUtilization", 90.0, cluster)
    return expected


def _of_network(context: CheckContext) -> Iterator[tuple[str, ExpectedAlarm]]:
    stack, gateways = context.expected, _nat_gateways(context)
    for index in range(stack.nat_gateway_count):
        gateway = gateways.get(f"{stack.vpc_name}-{index}", "no NAT gateway of that name")
        dimensions = {"NatGatewayId": gateway}
        yield (
            f"nat-ports-{index}",
            ExpectedAlarm("AWS/NATGateway", "ErrorPortAllocation", "Sum", 0.0, 3, dimensions),
        )


def _nat_gateways(context: CheckContext) -> dict[str, str]:
    """Name tag -> id of the available NAT gateways."""
    response = context.clients.ec2.describe_nat_gateways(
        Filters=[{"Name": "vpc-id", "Values": [context.outputs.vpc_id or ""]}]
    )
    return {
        tag["Value"]: gateway["NatGatewayId"]
        for gateway in response["NatGateways"]
        if gateway["State"] == "available"
        for tag in gateway.get("Tags", ())
        if tag["Key"] == "Name"
    }


def _of_load_balancer(context: CheckContext) -> dict[str, ExpectedAlarm]:
    whole = {"LoadBalancer": metric_name(load_balancer(context)["LoadBalancerArn"])}
    group = metric_name(target_group(context)["TargetGroupArn"])
    targets = {**whole, "TargetGroup": group}
    return {
        "alb-5xx": ExpectedAlarm(_BALANCING, "HTTPCode_ELB_5XX_Count", "Sum", 5.0, 2, whole),
        "target-5xx": ExpectedAlarm(
            _BALANCING, "HTTPCode_Target_5XX_Count", "Sum", 5.0, 2, targets
        ),
        "unhealthy-hosts": ExpectedAlarm(
            _BALANCING, "UnHealthyHostCount", "Maximum", 0.0, 3, targets
        ),
    }


def _average(
    namespace: str, metric: str, threshold: float, dimensions: Mapping[str, str]
) -> ExpectedAlarm:
    return ExpectedAlarm(namespace, metric, "Average", threshold, 5, dimensions)


class Alarms(ServiceChecks):
    """Checks of the CloudWatch alarms and the dashboard."""

    service = "alarms"
    tier = Tier.MONITORING
    requires = (Capability.CLOUDWATCH, Capability.EC2)

    @check("the alarms are exactly the expected ones, each on its metric")
    def metrics(self) -> str:
        """Compare metric, statistic, threshold, periods and dimensions of every alarm."""
        stack, alarms = self.context.expected, _expected_alarms(self.context)
        expected = {
            stack.alarm_name(kind): (
                *(alarm.namespace, alarm.metric, alarm.statistic, alarm.threshold, alarm.periods),
                *(dict(alarm.dimensions), 60, "GreaterThanThreshold", "notBreaching", True),
            )
            for kind, alarm in alarms.items()
        }
        expect_equal("alarms", self._alarms(), expected)
        return f"{len(expected)} alarms: {', '.join(alarms)}"

    @check("the dashboard shows the metric of every alarm")
    def dashboard(self) -> str:
        """Read the dashboard's body."""
        name = self.context.expected.dashboard_name
        body = self.context.clients.cloudwatch.get_dashboard(DashboardName=name)["DashboardBody"]
        shown = {
            tuple(metric)
            for widget in json.loads(body)["widgets"]
            for metric in widget["properties"].get("metrics", ())
        }
        expected = {
            (alarm.namespace, alarm.metric, *(w for pair in alarm.dimensions.items() for w in pair))
            for alarm in _expected_alarms(self.context).values()
        }
        missing = expected - shown
        expect(
            not missing, "the metric of every alarm on the dashboard", f"without {sorted(missing)}"
        )
        return f"{name} shows {len(shown)} metrics"

    def _alarms(self) -> dict[str, tuple[object, ...]]:
        suffix = f"-{self.context.expected.environment_suffix}"
        pages = self.context.clients.cloudwatch.get_paginator("describe_alarms").paginate(
            AlarmNamePrefix=self.context.expected.alarm_prefix
        )
        return {
            alarm["AlarmName"]: _described(alarm)
            for page in pages
            for alarm in page["MetricAlarms"]
            if alarm["AlarmName"].endswith(suffix)
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
