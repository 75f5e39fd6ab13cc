"""An embedded cloud that plays AWS, with a user and a bucket in it, for the rehearsal."""

import json
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from harness.aws.resources.ownership import Ownership
from harness.catalog.names import physical_names
from harness.emulator.cloud import embedded_cloud
from harness.targets.embedded.target import EmbeddedTarget
from harness.teardown.proof import prove_teardown

ACCOUNT = "000000000000"
REGION = "eu-north-1"
BUCKET = "catalog-states"


@dataclass(frozen=True)
class PlayedAws:
    """A cloud in the place of AWS.

    Attributes:
        target: It, as it is; for looking at it beside the harness.
        endpoint: What ``AWS_ENDPOINT_URL`` must say.
        key_id: Access key of an ordinary user; the emulator takes every other key for root's.
        secret: Its secret.
    """

    target: EmbeddedTarget
    endpoint: str
    key_id: str
    secret: str

    def environment(self, **changes: str) -> dict[str, str]:
        """Return the variables with which a user means this account."""
        return {
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_ACCESS_KEY_ID": self.key_id,
            "AWS_SECRET_ACCESS_KEY": self.secret,
            "AWS_EC2_METADATA_DISABLED": "true",
            **changes,
        }

    def expiring(self, folder: Path, *, minutes: float) -> dict[str, str]:
        """Return variables of a user whose credentials come from a program and end soon."""
        end = datetime.now(UTC) + timedelta(minutes=minutes)
        said = {
            "Version": 1,
            "AccessKeyId": self.key_id,
            "SecretAccessKey": self.secret,
            "SessionToken": "session",
            "Expiration": end.isoformat(),
        }
        program, config = folder / "credentials.py", folder / "aws-config"
        program.write_text(f"print({json.dumps(json.dumps(said))})")
        config.write_text(f"[default]\ncredential_process = {sys.executable} {program}\n")
        return {
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_CONFIG_FILE": str(config),
            "AWS_EC2_METADATA_DISABLED": "true",
        }

    @property
    def s3(self) -> Any:
        """Its S3."""
        return self.target.session().client("s3")

    def objects(self) -> set[str]:
        """Keys in the bucket for states."""
        listed: Mapping[str, Any] = self.s3.list_objects_v2(Bucket=BUCKET)
        return {item["Key"] for item in listed.get("Contents", ())}

    def left_of(self, suffix: str) -> tuple[str, ...]:
        """What it holds of a run."""
        ownership = Ownership(suffix, physical_names(suffix, REGION))
        return tuple(map(str, prove_teardown(self.target, ownership).leftovers))


@contextmanager
def played_aws() -> Iterator[PlayedAws]:
    """Start a cloud with a user and an empty bucket for states, for the time of the context."""
    with embedded_cloud(region=REGION) as info:
        target = EmbeddedTarget(region=REGION, attachment={"cloud": info.directory})
        iam, s3 = target.session().client("iam"), target.session().client("s3")
        iam.create_user(UserName="nightly")
        key = iam.create_access_key(UserName="nightly")["AccessKey"]
        location: Any = {"LocationConstraint": REGION}
        s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration=location)
        yield PlayedAws(target, info.endpoint, key["AccessKeyId"], key["SecretAccessKey"])
