"""Removing a CloudFront distribution: disabled first, deleted when that is everywhere."""

from harness.checks.clients import Clients
from harness.sweep.resource import Resource

__all__ = ["delete_distribution", "disable_distribution"]


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
