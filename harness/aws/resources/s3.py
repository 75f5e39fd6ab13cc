"""S3: the buckets of the region."""

import re
from collections.abc import Iterator
from typing import Any

from botocore.exceptions import ClientError

from harness.aws.clients import Clients
from harness.aws.errors import error_code
from harness.aws.paging import describe_each, pages
from harness.aws.resources.resource import Kind, Resource, ResourceType, tagged
from harness.aws.tags import as_tags

# At the end of a name that is to be unique worldwide.
_ACCOUNT = re.compile(r"-\d{12}$")
_NO_TAGS = ("NoSuchTagSet", "NoSuchTagSetError")


def _buckets(clients: Clients) -> Iterator[Resource]:
    s3, region = clients.s3, clients.s3.meta.region_name
    names = (
        bucket["Name"]
        for bucket in pages(s3, "list_buckets", "Buckets", BucketRegion=region)
        if bucket.get("BucketRegion", region) == region
    )

    def described(name: str) -> Resource:
        return tagged(Resource(Kind.BUCKET, name, _ACCOUNT.sub("", name)), lambda: _tags(s3, name))

    return describe_each(names, described)


def _tags(s3: Any, name: str) -> dict[str, str]:
    try:
        return as_tags(s3.get_bucket_tagging(Bucket=name)["TagSet"])
    except ClientError as error:
        if error_code(error) in _NO_TAGS:
            return {}
        raise


def _delete(clients: Clients, resource: Resource) -> None:
    """Delete a bucket; one with tags is emptied first.

    A bucket without tags was left between its creation and its tagging, and is empty. If it is
    not, it is another bucket than it seems to be, and S3 refuses to delete it.
    """
    if resource.tags:
        _empty(clients.s3, resource.identifier)
    clients.s3.delete_bucket(Bucket=resource.identifier)


def _empty(s3: Any, name: str) -> None:
    """Delete every version of every object, every delete marker and every unfinished upload."""
    for page in s3.get_paginator("list_object_versions").paginate(Bucket=name):
        found = [*page.get("Versions", ()), *page.get("DeleteMarkers", ())]
        keys = [{"Key": each["Key"], "VersionId": each["VersionId"]} for each in found]
        if keys:
            answer = s3.delete_objects(Bucket=name, Delete={"Objects": keys, "Quiet": True})
            for refused in answer.get("Errors", ()):
                raise ClientError({"Error": refused}, "DeleteObjects")
    for upload in pages(s3, "list_multipart_uploads", "Uploads", Bucket=name):
        s3.abort_multipart_upload(Bucket=name, Key=upload["Key"], UploadId=upload["UploadId"])


TYPES = (ResourceType(Kind.BUCKET, _buckets, _delete),)
