"""CloudFront: the distributions."""

from typing import Any

from harness.aws.clients import Clients
from harness.aws.resources.resource import Item, Kind, Resource, resource_type
from harness.aws.tags import as_tags


def _origins(distribution: Item) -> str:
    return " ".join(origin["Id"] for origin in distribution["Origins"]["Items"])


def _tags(cloudfront: Any, distribution: Item) -> dict[str, str]:
    answer = cloudfront.list_tags_for_resource(Resource=distribution["ARN"])
    return as_tags(answer["Tags"].get("Items", ()))


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


TYPES = (
    resource_type(
        *(Kind.DISTRIBUTION, "list_distributions", "DistributionList.Items", "Id", _delete),
        name=_origins,
        state=lambda distribution: distribution["Status"],
        tags=_tags,
        begin=_disable,
    ),
)
