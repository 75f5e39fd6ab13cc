"""The Terraform state in a bucket, when nothing is left that it could tell of."""

from collections.abc import Mapping
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from harness.core.errors import TargetError
from harness.deploy.guards.state import lock_key, state_client
from harness.targets.base import Target
from stack.config import StackConfig


def remove_remote_state(target: Target, config: Mapping[str, Any]) -> str | None:
    """Remove state and lock of a run; only after the proof that nothing is left of it.

    In a bucket with versioning the versions stay, until the bucket's own lifecycle ends them.

    Args:
        target: Where the stack was.
        config: The stack's configuration, as it is on record.

    Returns:
        Address of the state; None where it was kept with the run.

    Raises:
        TargetError: It cannot be removed.
    """
    if not config.get("state_bucket"):
        return None
    wanted = StackConfig.from_mapping(config)
    client, bucket = state_client(target.session(), wanted), wanted.state_bucket
    address = f"s3://{bucket}/{wanted.state_key}"
    try:
        for key in (wanted.state_key, lock_key(wanted.state_key)):
            client.delete_object(Bucket=bucket, Key=key)
    except (BotoCoreError, ClientError) as error:
        raise TargetError(
            f"nothing is left of the run, but its state {address} cannot be removed: {error}",
            remedy="destroy once more, or delete the object",
        ) from error
    return address
