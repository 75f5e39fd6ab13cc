"""The bucket for the Terraform state, and whose state is in it."""

import json
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from harness.core.errors import UsageError
from harness.run.stack_definition import StackConfiguration


def lock_key(state_key: str) -> str:
    """Return the key of the object with which Terraform locks a state.

    https://developer.hashicorp.com/terraform/language/backend/s3#state-locking
    """
    return f"{state_key}.tflock"


def state_client(session: boto3.Session, config: StackConfiguration) -> Any:
    """Return an S3 client in the region of the state's bucket."""
    return session.client("s3", region_name=config.state_bucket_region or config.region)


def guard_state(session: boto3.Session, config: StackConfiguration) -> None:
    """Refuse a bucket that is not there or not where it should be, and a state in use.

    Args:
        session: The session that is to deploy.
        config: The stack's configuration, with a state bucket.

    Raises:
        UsageError: The bucket cannot be used, or another run has a state or a lock there.
    """
    bucket, client = config.state_bucket or "", state_client(session, config)
    _require_bucket(client, bucket, config.state_bucket_region or config.region)
    lock = _content(client, bucket, lock_key(config.state_key))
    if lock is not None:
        raise UsageError(
            f"the state s3://{bucket}/{config.state_key} is locked{_holder(lock)}",
            remedy="wait for the end of that run; if it is gone, destroy what it left and "
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
            remedy="create it (with versioning and without public access), or name another "
            "one by --state-bucket",
        ) from error
    seen = found.get("BucketRegion") or region
    if seen != region:
        raise UsageError(
            f"the state bucket {bucket} is in {seen}, not in {region}",
            remedy=f"--state-bucket-region {seen}",
        )


def _reason(error: Exception) -> str:
    codes = {"404": "there is no such bucket", "403": "access is denied", "301": "wrong region"}
    response: dict[str, Any] = getattr(error, "response", {})
    return codes.get(response.get("Error", {}).get("Code", ""), str(error))


def _content(client: Any, bucket: str, key: str) -> str | None:
    """Return an object as text, None if there is none."""
    try:
        body: bytes = client.get_object(Bucket=bucket, Key=key)["Body"].read()
    except ClientError as error:
        if error.response["Error"]["Code"] in ("NoSuchKey", "404"):
            return None
        raise UsageError(
            f"s3://{bucket}/{key} cannot be read: {error}",
            remedy="the run needs s3:ListBucket on the bucket, and s3:GetObject, s3:PutObject and "
            "s3:DeleteObject on its objects",
        ) from error
    return body.decode(errors="replace")


def _holder(lock: str) -> str:
    try:
        who = json.loads(lock)
        return f" since {who['Created']} by {who['Who']} ({who['Operation']}, ID {who['ID']})"
    except (ValueError, KeyError, TypeError):
        return ""
