"""What there is in CloudFront and CloudWatch."""

from collections.abc import Iterator

from harness.checks.clients import Clients
from harness.checks.paging import pages
from harness.sweep.resource import Kind, Resource, as_tags

__all__ = ["distributions", "monitoring"]

_PREFIX = "catalog-"
_ORIGIN_PREFIX = "alb-origin-"


def distributions(clients: Clients) -> Iterator[Resource]:
    """Yield distributions with an origin named like the stack's."""
    cloudfront = clients.cloudfront
    for page in cloudfront.get_paginator("list_distributions").paginate():
        for item in page["DistributionList"].get("Items", ()):
            origins = [origin["Id"] for origin in item["Origins"]["Items"]]
            if any(origin.startswith(_ORIGIN_PREFIX) for origin in origins):
                answer = cloudfront.list_tags_for_resource(Resource=item["ARN"])
                tags = as_tags(answer["Tags"].get("Items", ()))
                yield Resource(Kind.DISTRIBUTION, item["Id"], " ".join(origins), tags)


def monitoring(clients: Clients) -> Iterator[Resource]:
    """Yield alarms and dashboards named like the stack's; Terraform gives dashboards no tags."""
    cloudwatch = clients.cloudwatch
    for alarm in pages(cloudwatch, "describe_alarms", "MetricAlarms", AlarmNamePrefix=_PREFIX):
        answer = cloudwatch.list_tags_for_resource(ResourceARN=alarm["AlarmArn"])
        yield Resource(Kind.ALARM, alarm["AlarmName"], tags=as_tags(answer["Tags"]))
    known = {"DashboardNamePrefix": _PREFIX}
    for dashboard in pages(cloudwatch, "list_dashboards", "DashboardEntries", **known):
        yield Resource(Kind.DASHBOARD, dashboard["DashboardName"])
