"""What there is in CloudFront and CloudWatch."""

from collections.abc import Iterator

from harness.aws.clients import Clients
from harness.aws.paging import pages
from harness.aws.resources.resource import Kind, Resource
from harness.aws.tags import as_tags


def disable_distribution(clients: Clients, resource: Resource) -> None:
    """Disable a distribution; CloudFront takes minutes to do so everywhere.

    https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/HowToDeleteDistribution.html
    """
    cloudfront = clients.cloudfront
    answer = cloudfront.get_distribution_config(Id=resource.identifier)
    config = answer["DistributionConfig"]
    if config["Enabled"]:
        cloudfront.update_distribution(
            Id=resource.identifier,
            IfMatch=answer["ETag"],
            DistributionConfig={**config, "Enabled": False},
        )


def delete_distribution(clients: Clients, resource: Resource) -> None:
    """Delete a distribution; refused as long as it is not disabled everywhere."""
    cloudfront = clients.cloudfront
    etag = cloudfront.get_distribution(Id=resource.identifier)["ETag"]
    cloudfront.delete_distribution(Id=resource.identifier, IfMatch=etag)


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
