"""What there is in S3, Secrets Manager and CloudWatch Logs."""

from collections.abc import Iterator
from typing import Any

from botocore.exceptions import ClientError

from harness.aws.clients import Clients
from harness.aws.paging import pages
from harness.aws.resources.resource import Kind, Resource
from harness.aws.tags import as_tags


def bucket(clients: Clients, resource: Resource) -> None:
    """Delete a bucket; one with tags is emptied first.

    A bucket without tags was left between being made and being tagged. Nothing can be in it: if
    there is, then it is not what it seems to be, and S3 refuses to delete it.
    """
    if resource.tags:
        _empty(clients.s3, resource.identifier)
    clients.s3.delete_bucket(Bucket=resource.identifier)


def _empty(s3: Any, name: str) -> None:
    """Remove every version of every object, every delete marker and every unfinished upload."""
    for page in s3.get_paginator("list_object_versions").paginate(Bucket=name):
        found = [*page.get("Versions", ()), *page.get("DeleteMarkers", ())]
        keys = [{"Key": each["Key"], "VersionId": each["VersionId"]} for each in found]
        if keys:
            answer = s3.delete_objects(Bucket=name, Delete={"Objects": keys, "Quiet": True})
            for refused in answer.get("Errors", ()):
                raise ClientError({"Error": refused}, "DeleteObjects")
    for page in s3.get_paginator("list_multipart_uploads").paginate(Bucket=name):
        for upload in page.get("Uploads", ()):
            s3.abort_multipart_upload(Bucket=name, Key=upload["Key"], UploadId=upload["UploadId"])


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
