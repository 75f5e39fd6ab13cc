"""Rules on S3 buckets."""

import ipaddress
import re

from harness.preflight.configuration import Resource
from harness.preflight.finding import Family
from harness.preflight.registry import Problems, resource_rule

_NAMING = "https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html"
_BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
_CHARACTERS = re.compile(r"[a-z0-9.-]*")
_MAX_NAME = 63
_RESERVED_STARTS = ("xn--", "sthree-", "amzn-s3-demo-")
_RESERVED_ENDS = ("-s3alias", "--ol-s3", ".mrap", "--x-s3", "--table-s3")


@resource_rule(
    "s3/bucket-name",
    Family.DEPLOY,
    "aws_s3_bucket",
    errors=(
        "InvalidBucketName: The specified bucket is not valid.",
        "Error: validating S3 Bucket ({name}) name: only lowercase alphanumeric characters and "
        'hyphens allowed in "{name}"',
        'Error: validating S3 Bucket ({name}) name: "{name}" must not be formatted as an IP '
        "address",
        "Error: expected length of bucket to be in the range (0 - 63), got {name}",
    ),
    remedy="Use 3 to 63 lowercase letters, digits, hyphens and dots; begin and end with a letter "
    "or digit; no two dots in a row, no reserved prefix or suffix.",
    documentation=_NAMING,
)
def bucket_name(bucket: Resource) -> Problems:
    """A bucket name violates the naming rules of S3."""
    name = bucket.text("bucket")
    if name is None:
        return
    if not _BUCKET.fullmatch(name) or ".." in name or _is_address(name):
        text = f"{name!r} ({len(name)} characters) is not a bucket name"
        yield bucket.problem(text, variant=_variant(name), name=name)
    elif name.startswith(_RESERVED_STARTS) or name.endswith(_RESERVED_ENDS):
        yield bucket.problem(f"{name!r} has a reserved prefix or suffix", name=name)


def _variant(name: str) -> int:
    """Return the index of the error message for an invalid name: of S3 or of the provider."""
    if len(name) > _MAX_NAME:
        return 3
    if _is_address(name):
        return 2
    return 0 if _CHARACTERS.fullmatch(name) else 1


def _is_address(name: str) -> bool:
    try:
        ipaddress.IPv4Address(name)
    except ValueError:
        return False
    return True


@resource_rule(
    "s3/acl-with-owner-enforced",
    Family.DEPLOY,
    "aws_s3_bucket_acl",
    errors="AccessControlListNotSupported: The bucket does not allow ACLs",
    remedy="Replace the ACL by a bucket policy, or set object_ownership to BucketOwnerPreferred "
    "before it.",
    documentation="https://docs.aws.amazon.com/AmazonS3/latest/userguide/"
    "about-object-ownership.html",
)
def acl_with_owner_enforced(acl: Resource) -> Problems:
    """A bucket has an ACL, which its object ownership (by default) does not allow."""
    configuration = acl.configuration
    bucket = acl.follow("bucket", "aws_s3_bucket")
    kind = "aws_s3_bucket_ownership_controls"
    if bucket is None or not configuration.all_certain(kind, "bucket", "aws_s3_bucket"):
        return
    controls = configuration.referring(kind, "bucket", bucket)
    for control in controls:
        rule = control.block("rule")
        if rule is None or rule.text("object_ownership") != "BucketOwnerEnforced":
            return
    yield acl.problem(f"{bucket.address} does not allow ACLs (BucketOwnerEnforced)")


@resource_rule(
    "s3/bucket-without-force-destroy",
    Family.TEARDOWN,
    "aws_s3_bucket",
    errors="BucketNotEmpty: The bucket you tried to delete is not empty",
    remedy="Set force_destroy = true in a disposable environment.",
    documentation="https://docs.aws.amazon.com/AmazonS3/latest/userguide/delete-bucket.html",
)
def bucket_without_force_destroy(bucket: Resource) -> Problems:
    """A bucket cannot be destroyed while it contains objects."""
    if bucket.boolean("force_destroy", default=False) is False:
        yield bucket.problem("force_destroy is not set: destroy fails if the bucket has objects")
