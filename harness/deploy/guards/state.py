"""The S3 bucket for the Terraform state must be usable, and must not hold another state."""

import json
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from harness.aws.errors import error_code
from harness.core.errors import UsageError
from harness.run.stack_definition import StackConfiguration


def lock_key(state_key: str) -> str:
    """Return the key of the lock file of a Terraform state.

    https://developer.hashicorp.com/terraform/language/backend/s3#state-locking
    """
    return f"{state_key}.tflock"


def guard_state(session: boto3.Session, config: StackConfiguration) -> None:
    """Refuse a bucket that is missing or in another region, and a state in use.

    Raises:
        UsageError: The bucket cannot be used, or holds the state or the lock of another run.
    """
    bucket, region = config.state_bucket or "", config.state_bucket_region or config.region
    client = session.client("s3", region_name=region)
    _require_bucket(client, bucket, region)
    lock = _content(client, bucket, lock_key(config.state_key))
    if lock is not None:
        raise UsageError(
            f"the state s3://{bucket}/{config.state_key} is locked{_holder(lock)}",
            remedy="wait for the end of that run; if it has ended, destroy what it left and "
            f"delete s3://{bucket}/{lock_key(config.state_key)}",
        )
    if _content(client, bucket, config.state_key) is not None:
        raise UsageError(
            f"s3://{bucket}/{config.state_key} holds the state of another run with the suffix "
            f"{config.environment_suffix}",
            remedy="use another --environment-suffix, or destroy what that run left",
        )


def _require_bucket(client: Any, bucket: str, region: str) -> None:
    try:
        found = client.head_bucket(Bucket=bucket)
    except (BotoCoreError, ClientError) as error:
        raise UsageError(
            f"the state bucket {bucket} cannot be used: {_reason(error)}",
            remedy="create it (with versioning and without public access), or use another one "
            "with --state-bucket",
        ) from error
    actual = found.get("BucketRegion") or region
    if actual != region:
        raise UsageError(
            f"the state bucket {bucket} is in {actual}, not in {region}",
            remedy=f"use --state-bucket-region {actual}",
        )


def _reason(error: Exception) -> str:
    codes = {"404": "it does not exist", "403": "access denied", "301": "wrong region"}
    return codes.get(error_code(error), str(error))


def _content(client: Any, bucket: str, key: str) -> str | None:
    """Return an object as text; None if it does not exist."""
    try:
        body: bytes = client.get_object(Bucket=bucket, Key=key)["Body"].read()
    except ClientError as error:
        if error_code(error) in ("NoSuchKey", "404"):
            return None
        raise UsageError(
            f"s3://{bucket}/{key} cannot be read: {error}",
            remedy="allow s3:ListBucket on the bucket, and s3:GetObject, s3:PutObject and "
            "s3:DeleteObject on its objects",
        ) from error
    return body.decode(errors="replace")


def _holder(lock: str) -> str:
    try:
        info = json.loads(lock)
        return f" since {info['Created']} by {info['Who']} ({info['Operation']}, ID {info['ID']})"
    except (ValueError, KeyError, TypeError):
        return ""
