"""CloudWatch: alarms and dashboards."""

import re
from collections.abc import Iterator
from typing import Any

from harness.aws.clients import Clients
from harness.aws.paging import describe_each
from harness.aws.resources.resource import (
    Kind,
    Resource,
    ResourceType,
    by_one_call,
    resource_type,
    tagged,
)
from harness.aws.tags import as_tags

# Application Auto Scaling creates two for each target tracking policy:
# https://docs.aws.amazon.com/autoscaling/application/userguide/target-tracking-scaling-policy-overview.html
_TRACKING = re.compile(r"TargetTracking-(?P<scaled>service/.+)-Alarm(High|Low)-[0-9a-f-]{36}")


def _alarms(clients: Clients) -> Iterator[Resource]:
    cloudwatch: Any = clients.cloudwatch

    def described(alarm: dict[str, Any]) -> Resource:
        name, arn = alarm["AlarmName"], alarm["AlarmArn"]
        tracking = _TRACKING.fullmatch(name)
        scaled = tracking["scaled"] if tracking else ""
        return tagged(
            Resource(Kind.ALARM, name, scaled, within=scaled),
            lambda: as_tags(cloudwatch.list_tags_for_resource(ResourceARN=arn)["Tags"]),
        )

    types = ["MetricAlarm", "CompositeAlarm"]
    found = cloudwatch.get_paginator("describe_alarms").paginate(AlarmTypes=types)
    alarms = (
        alarm
        for page in found
        for alarm in (*page.get("MetricAlarms", ()), *page.get("CompositeAlarms", ()))
    )
    return describe_each(alarms, described)


TYPES = (
    ResourceType(Kind.ALARM, _alarms, by_one_call("delete_alarms", "[AlarmNames]")),
    # Terraform gives dashboards no tags.
    resource_type(
        *(Kind.DASHBOARD, "list_dashboards", "DashboardEntries", "DashboardName"),
        by_one_call("delete_dashboards", "[DashboardNames]"),
    ),
)
