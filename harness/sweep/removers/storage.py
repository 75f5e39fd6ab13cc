"""Removing a bucket with everything in it."""

from typing import Any

from botocore.exceptions import ClientError

from harness.checks.clients import Clients
from harness.sweep.resource import Resource

__all__ = ["bucket"]


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
