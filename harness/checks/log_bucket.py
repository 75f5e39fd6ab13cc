"""The log bucket: exactly its configured settings."""

import tomllib
from pathlib import Path

from harness.aws.capability import Capability
from harness.checks.framework.check import ServiceChecks, check
from harness.checks.framework.expected import Tier

# Part of the description -> operation.
_SETTINGS = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))


class LogBucket(ServiceChecks):
    """Checks of the bucket for access logs."""

    service = "log-bucket"
    requires = (Tier.STORAGE, Capability.S3)

    @check("lifecycle, encryption, policy and access are as configured, and nothing else is set")
    def settings(self) -> str:
        """Compare every setting that a bucket can have."""
        name = self.context.outputs.log_bucket_name or ""
        return self.compare(
            "bucket", {name: self.read(self.context.clients.s3, _SETTINGS, Bucket=name)}
        )
