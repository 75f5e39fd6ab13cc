"""An embedded cloud in place of AWS, with a user and a bucket, for the rehearsal."""

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
from harness.targets.embedded import EmbeddedTarget
from harness.teardown.proof import prove_teardown

ACCOUNT = "000000000000"
REGION = "eu-north-1"
BUCKET = "catalog-states"


@dataclass(frozen=True)
class SimulatedAws:
    """An embedded cloud in place of AWS.

    Attributes:
        target: The cloud as an embedded target, to inspect it.
        endpoint: Value of ``AWS_ENDPOINT_URL``.
        key_id: Access key of an IAM user; the emulator treats every other key as that of root.
        secret: Secret of the key.
    """

    target: EmbeddedTarget
    endpoint: str
    key_id: str
    secret: str

    def environment(self, **changes: str) -> dict[str, str]:
        """Return the variables for the credentials of the user."""
        return {
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_ACCESS_KEY_ID": self.key_id,
            "AWS_SECRET_ACCESS_KEY": self.secret,
            "AWS_EC2_METADATA_DISABLED": "true",
            **changes,
        }

    def expiring(self, folder: Path, *, minutes: float) -> dict[str, str]:
        """Return the variables for credentials of a ``credential_process`` that expire soon."""
        end = datetime.now(UTC) + timedelta(minutes=minutes)
        credentials = {
            "Version": 1,
            "AccessKeyId": self.key_id,
            "SecretAccessKey": self.secret,
            "Expiration": end.isoformat(),
        }
        program, config = folder / "credentials.py", folder / "aws-config"
        program.write_text(f"print({json.dumps(json.dumps(credentials))})")
        config.write_text(f"[default]\ncredential_process = {sys.executable} {program}\n")
        return {
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_CONFIG_FILE": str(config),
            "AWS_EC2_METADATA_DISABLED": "true",
        }

    @property
    def s3(self) -> Any:
        """A client of its S3."""
        return self.target.session().client("s3")

    def objects(self) -> set[str]:
        """Return the keys in the bucket for states."""
        listed: Mapping[str, Any] = self.s3.list_objects_v2(Bucket=BUCKET)
        return {item["Key"] for item in listed.get("Contents", ())}

    def leftovers_of(self, suffix: str) -> tuple[str, ...]:
        """Return the leftovers of a run."""
        ownership = Ownership(suffix, physical_names(suffix, REGION))
        return tuple(map(str, prove_teardown(self.target, ownership).leftovers))


@contextmanager
def simulated_aws() -> Iterator[SimulatedAws]:
    """Run a cloud with a user and an empty bucket for states within the context."""
    with embedded_cloud(region=REGION) as info:
        target = EmbeddedTarget(region=REGION, attachment={"cloud": info.directory})
        iam, s3 = target.session().client("iam"), target.session().client("s3")
        iam.create_user(UserName="nightly")
        key = iam.create_access_key(UserName="nightly")["AccessKey"]
        location: Any = {"LocationConstraint": REGION}
        s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration=location)
        yield SimulatedAws(target, info.endpoint, key["AccessKeyId"], key["SecretAccessKey"])
