"""The Terraform states of runs in a bucket."""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from harness.aws.errors import error_code
from harness.aws.paging import pages
from harness.aws.tags import EXPIRES_AT, parse_time
from harness.core.errors import TargetError, UsageError
from harness.deploy.guards.state import lock_key
from harness.run.ledger import RunRecord
from harness.run.stack_definition import StackDefinition
from harness.targets.base import Target

_SUFFIX = "SUFFIX"


@dataclass(frozen=True)
class StateObject:
    """The Terraform state of one run.

    Attributes:
        keys: Its object, and that of its lock file; either can be alone.
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


def find_states(s3: Any, bucket: str, state_key: Callable[[str], str]) -> tuple[StateObject, ...]:
    """Return the states in a bucket whose keys are those of ``state_key`` for a suffix.

    Raises:
        UsageError: The bucket does not exist, or must not be read.
    """
    pattern = re.escape(state_key(_SUFFIX)).replace(_SUFFIX, r"([a-z0-9-]+)")
    lock = re.escape(lock_key(""))
    keys: dict[str, list[str]] = {}
    try:
        for item in pages(s3, "list_objects_v2", "Contents", Bucket=bucket):
            if found := re.fullmatch(f"{pattern}({lock})?", item["Key"]):
                keys.setdefault(found[1], []).append(item["Key"])
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


def remove_state_of(stack: StackDefinition, record: RunRecord, target: Target) -> str | None:
    """Delete state and lock of a run; only after the proof that nothing is left of it.

    Returns:
        Address of the state; None where it was kept with the run.

    Raises:
        TargetError: It cannot be deleted.
    """
    suffix, config = record.environment_suffix, record.config
    bucket, key = config.get("state_bucket"), stack.state_key(suffix)
    if not bucket:
        return None
    state = StateObject(bucket, (key, lock_key(key)), suffix, None)
    region = config.get("state_bucket_region") or config["region"]
    try:
        remove_state(target.session().client("s3", region_name=region), state)
    except (BotoCoreError, ClientError) as error:
        raise TargetError(
            f"nothing is left of the run, but its state {state.places[0]} cannot be removed: "
            f"{error}",
            remedy="destroy once more, or delete the object",
        ) from error
    return state.places[0]


def _expiry(s3: Any, bucket: str, keys: list[str]) -> datetime | None:
    times = [
        time
        for key in keys
        if not key.endswith(lock_key(""))
        for time in _times(s3.get_object(Bucket=bucket, Key=key)["Body"].read())
    ]
    return max(times, default=None)


def _times(body: bytes) -> Iterator[datetime]:
    """Yield ``expires-at`` of a state's resources; nothing for a state that is not valid JSON."""
    try:
        resources = json.loads(body)["resources"]
        for instance in (each for resource in resources for each in resource["instances"]):
            tags = instance["attributes"].get("tags_all") or {}
            if time := parse_time(tags.get(EXPIRES_AT, "")):
                yield time
    except (ValueError, KeyError, TypeError, AttributeError):
        return
