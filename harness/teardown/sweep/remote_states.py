"""Terraform states that runs left in a bucket."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from botocore.exceptions import ClientError

from harness.aws.errors import error_code
from harness.aws.paging import pages
from harness.aws.tags import EXPIRES_AT, parse_time
from harness.core.errors import UsageError
from harness.teardown.sweep.ownership import KnownRun
from stack.names import STACK_ID

# As ``PhysicalNames.state_key`` has it; Terraform's lock file is beside it.
_KEY = re.compile(rf"(?P<suffix>[a-z0-9-]+)/{STACK_ID}\.tfstate(?P<lock>\.tflock)?")
_LOCK = ".tflock"


@dataclass(frozen=True)
class StateObject:
    """The Terraform state of one run.

    Attributes:
        bucket: Where it is.
        keys: Its object, and that of its lock file; either can be alone.
        environment_suffix: The run, as the key says.
        expires_at: The latest ``expires-at`` among the tags of the resources in it.
    """

    bucket: str
    keys: tuple[str, ...]
    environment_suffix: str
    expires_at: datetime | None

    @property
    def places(self) -> tuple[str, ...]:
        """Addresses of the objects."""
        return tuple(f"s3://{self.bucket}/{key}" for key in self.keys)

    @property
    def run(self) -> KnownRun:
        """The run that it is known by."""
        return KnownRun(self.environment_suffix, self.expires_at, self.places[0])


def find_states(s3: Any, bucket: str) -> tuple[StateObject, ...]:
    """Return the states in a bucket whose keys are those of the stack.

    Args:
        s3: S3 client of the bucket's region.
        bucket: Name of the bucket.

    Raises:
        UsageError: The bucket is not there, or may not be read.
    """
    keys: dict[str, list[str]] = {}
    try:
        for item in pages(s3, "list_objects_v2", "Contents", Bucket=bucket):
            if found := _KEY.fullmatch(item["Key"]):
                keys.setdefault(found["suffix"], []).append(item["Key"])
        return tuple(
            StateObject(bucket, tuple(some), suffix, _expiry(s3, bucket, some))
            for suffix, some in sorted(keys.items())
        )
    except ClientError as error:
        raise UsageError(
            f"the state bucket {bucket!r} cannot be read: {error_code(error)}",
            remedy="see whether --state-bucket and --state-bucket-region name the one that the "
            "runs used, and whether these credentials may list and read it",
        ) from error


def remove_state(s3: Any, state: StateObject) -> None:
    """Delete a state and its lock; in a bucket with versions the older ones stay.

    Raises:
        botocore.exceptions.ClientError: S3 refused.
    """
    for key in state.keys:
        s3.delete_object(Bucket=state.bucket, Key=key)


def _expiry(s3: Any, bucket: str, keys: list[str]) -> datetime | None:
    times = [
        time
        for key in keys
        if not key.endswith(_LOCK)
        for time in _times(s3.get_object(Bucket=bucket, Key=key)["Body"].read())
    ]
    return max(times, default=None)


def _times(body: bytes) -> Iterator[datetime]:
    """Yield what the tags of a state's resources say; a state that is no JSON says nothing."""
    try:
        resources = json.loads(body)["resources"]
        for instance in (each for resource in resources for each in resource["instances"]):
            tags = instance["attributes"].get("tags_all") or {}
            if time := parse_time(tags.get(EXPIRES_AT, "")):
                yield time
    except (ValueError, KeyError, TypeError, AttributeError):
        return
