"""What there is in S3, Secrets Manager and CloudWatch Logs."""

from collections.abc import Iterator

from botocore.exceptions import ClientError

from harness.checks.clients import Clients
from harness.checks.paging import pages
from harness.sweep.resource import Kind, Resource, as_tags

__all__ = ["buckets", "log_groups", "secrets"]

_NO_TAGS = frozenset({"NoSuchTagSet", "NoSuchTagSetError"})


def buckets(clients: Clients) -> Iterator[Resource]:
    """Yield buckets named like the stack's in this region."""
    region = clients.s3.meta.region_name
    for bucket in pages(clients.s3, "list_buckets", "Buckets"):
        name = bucket["Name"]
        if name.startswith("catalog-logs-") and name.endswith(f"-{region}"):
            yield Resource(Kind.BUCKET, name, tags=_bucket_tags(clients, name))


def _bucket_tags(clients: Clients, name: str) -> dict[str, str]:
    try:
        return as_tags(clients.s3.get_bucket_tagging(Bucket=name)["TagSet"])
    except ClientError as error:
        if error.response["Error"]["Code"] in _NO_TAGS:
            return {}
        raise


def secrets(clients: Clients) -> Iterator[Resource]:
    """Yield secrets, also those pending deletion: they block their name."""
    for secret in pages(
        clients.secretsmanager, "list_secrets", "SecretList", IncludePlannedDeletion=True
    ):
        tags = as_tags(secret.get("Tags", ()))
        yield Resource(Kind.SECRET, secret["ARN"], secret["Name"], tags)


def log_groups(clients: Clients) -> Iterator[Resource]:
    """Yield log groups named like the stack's; their streams end with them."""
    known = {"logGroupNamePrefix": "/ecs/catalog-"}
    for group in pages(clients.logs, "describe_log_groups", "logGroups", **known):
        arn = group["arn"].removesuffix(":*")
        tags = clients.logs.list_tags_for_resource(resourceArn=arn).get("tags", {})
        yield Resource(Kind.LOG_GROUP, group["logGroupName"], tags=tags)
