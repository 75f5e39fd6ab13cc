"""The alarms and the dashboard."""

import json
from typing import TYPE_CHECKING

from harness.checks.check import ServiceChecks, check
from harness.checks.evidence import Plane
from harness.checks.expect import expect, expect_equal
from harness.checks.wanted_alarms import wanted_alarms
from harness.targets.base import Capability
from stack.tiers import Tier

if TYPE_CHECKING:
    from mypy_boto3_cloudwatch.type_defs import MetricAlarmTypeDef

__all__ = ["Alarms"]

# The network tier, which always has something to watch, is known by EC2.
_NEEDS = (Capability.CLOUDWATCH, Capability.EC2)


class Alarms(ServiceChecks):
    """Checks of the CloudWatch alarms and the dashboard."""

    service = "alarms"
    tier = Tier.MONITORING

    @check(
        "exactly the wanted alarms watch the wanted metrics", plane=Plane.CONTROL, requires=_NEEDS
    )
    def metrics(self) -> str:
        """Compare metric, statistic, threshold, periods and dimensions of every alarm."""
        config, alarms = self.context.config, wanted_alarms(self.context)
        wanted = {
            config.alarm_name(kind): (
                *(alarm.namespace, alarm.metric, alarm.statistic, alarm.threshold, alarm.periods),
                *(dict(alarm.dimensions), 60, "GreaterThanThreshold", "notBreaching", True),
            )
            for kind, alarm in alarms.items()
        }
        expect_equal("alarms", self._alarms(), wanted)
        return f"{len(wanted)} alarms: {', '.join(alarms)}"

    @check("the dashboard shows the metric of every alarm", plane=Plane.CONTROL, requires=_NEEDS)
    def dashboard(self) -> str:
        """Read the dashboard's body."""
        name = self.context.config.dashboard_name
        body = self.context.clients.cloudwatch.get_dashboard(DashboardName=name)["DashboardBody"]
        shown = {
            tuple(metric)
            for widget in json.loads(body)["widgets"]
            for metric in widget["properties"].get("metrics", ())
        }
        wanted = {
            (alarm.namespace, alarm.metric, *(w for pair in alarm.dimensions.items() for w in pair))
            for alarm in wanted_alarms(self.context).values()
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
