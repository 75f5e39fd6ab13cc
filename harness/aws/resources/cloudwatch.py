"""CloudWatch: alarms and dashboards."""

import re

from harness.aws.resources.resource import Item, Kind, by_one_call, listed_tags, resource_type

# Application Auto Scaling creates two for each target tracking policy:
# https://docs.aws.amazon.com/autoscaling/application/userguide/target-tracking-scaling-policy-overview.html
_TRACKING = re.compile(r"TargetTracking-(?P<scaled>service/.+)-Alarm(High|Low)-[0-9a-f-]{36}")


def _scaled(alarm: Item) -> str:
    tracking = _TRACKING.fullmatch(alarm["AlarmName"])
    return tracking["scaled"] if tracking else ""


TYPES = (
    resource_type(
        *(Kind.ALARM, "describe_alarms", "[MetricAlarms, CompositeAlarms][]", "AlarmName"),
        by_one_call("delete_alarms", "[AlarmNames]"),
        name=_scaled,
        within=_scaled,
        tags=listed_tags("ResourceARN", "AlarmArn"),
        arguments={"AlarmTypes": ["MetricAlarm", "CompositeAlarm"]},
    ),
    # Terraform gives dashboards no tags.
    resource_type(
        *(Kind.DASHBOARD, "list_dashboards", "DashboardEntries", "DashboardName"),
        by_one_call("delete_dashboards", "[DashboardNames]"),
    ),
)
