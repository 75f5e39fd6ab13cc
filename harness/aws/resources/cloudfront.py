"""CloudFront: the distributions."""

from collections.abc import Iterator
from typing import Any

from harness.aws.clients import Clients
from harness.aws.paging import describe_each
from harness.aws.resources.resource import Kind, Resource, ResourceType, tagged
from harness.aws.tags import as_tags


def _distributions(clients: Clients) -> Iterator[Resource]:
    cloudfront: Any = clients.cloudfront

    def described(item: dict[str, Any]) -> Resource:
        origins = " ".join(origin["Id"] for origin in item["Origins"]["Items"])

        def tags() -> dict[str, str]:
            answer = cloudfront.list_tags_for_resource(Resource=item["ARN"])
            return as_tags(answer["Tags"].get("Items", ()))

        found = Resource(Kind.DISTRIBUTION, item["Id"], origins, state=item["Status"])
        return tagged(found, tags)

    found = cloudfront.get_paginator("list_distributions").paginate()
    items = (item for page in found for item in page["DistributionList"].get("Items", ()))
    return describe_each(items, described)


def _disable(clients: Clients, resource: Resource) -> None:
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


def _delete(clients: Clients, resource: Resource) -> None:
    """Delete a distribution; refused as long as it is not disabled everywhere."""
    cloudfront = clients.cloudfront
    etag = cloudfront.get_distribution(Id=resource.identifier)["ETag"]
    cloudfront.delete_distribution(Id=resource.identifier, IfMatch=etag)


TYPES = (ResourceType(Kind.DISTRIBUTION, _distributions, _delete, begin=_disable),)
