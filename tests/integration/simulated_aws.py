"""An embedded cloud in place of AWS, with a user and a bucket, for the rehearsal."""

import json
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from harness.aws.resources.ownership import Ownership
from harness.aws.tags import project_tags
from harness.catalog.names import physical_names
from harness.emulator.cloud import embedded_cloud
from harness.targets.embedded import EmbeddedTarget
from harness.teardown.proof import prove_teardown
from tests.iam_policy.enforcement import variables
from tests.integration.cli_process import CliProcess

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

    def await_vpc(self, cli: CliProcess, suffix: str) -> str:
        """Wait until a command has created its VPC, and return its id."""
        ec2: Any = self.target.session().client("ec2")
        tags = project_tags(suffix)
        tagged = [{"Name": f"tag:{key}", "Values": [value]} for key, value in tags.items()]

        def found() -> Any:
            return ec2.describe_vpcs(Filters=tagged)["Vpcs"]

        cli.await_that(found, "the VPC")
        vpc: str = found()[0]["VpcId"]
        return vpc

    def leftovers_of(self, suffix: str) -> tuple[str, ...]:
        """Return the leftovers of a run."""
        ownership = Ownership(suffix, physical_names(suffix, REGION))
        return tuple(map(str, prove_teardown(self.target, ownership).leftovers))


def documented() -> dict[str, Any]:
    """Return the policy of docs/iam-policy.json for this account, region and bucket."""
    text = (Path(__file__).parents[2] / "docs" / "iam-policy.json").read_text(encoding="utf-8")
    for placeholder, value in {
        "ACCOUNT_ID": ACCOUNT,
        "AWS_REGION": REGION,
        "STATE_BUCKET": BUCKET,
    }.items():
        text = text.replace(placeholder, value)
    document: dict[str, Any] = json.loads(text)
    return document


@contextmanager
def simulated_aws(
    policy: Mapping[str, Any] | None = None, *, log: Path | None = None, enforced: bool = False
) -> Iterator[SimulatedAws]:
    """Run a cloud with a user and an empty bucket for states within the context.

    Args:
        policy: Policy of the user; None: that of docs/iam-policy.json.
        log: File for the IAM actions of all requests.
        enforced: Whether the policies of callers are enforced.
    """
    with ExitStack() as stack:
        with pytest.MonkeyPatch.context() as environment:
            for name, value in variables(log=log, enforced=enforced).items():
                environment.setenv(name, value)
            info = stack.enter_context(embedded_cloud(region=REGION))
        target = EmbeddedTarget(region=REGION, attachment={"cloud": info.directory})
        iam, s3 = target.session().client("iam"), target.session().client("s3")
        iam.create_user(UserName="nightly")
        iam.put_user_policy(
            UserName="nightly",
            PolicyName="harness",
            PolicyDocument=json.dumps(policy or documented()),
        )
        key = iam.create_access_key(UserName="nightly")["AccessKey"]
        location: Any = {"LocationConstraint": REGION}
        s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration=location)
        yield SimulatedAws(target, info.endpoint, key["AccessKeyId"], key["SecretAccessKey"])
