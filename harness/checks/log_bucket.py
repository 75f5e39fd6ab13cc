"""The log bucket: its lifecycle rules, encryption, public access block and policy."""

import json
from typing import Any

from harness.aws.capability import Capability
from harness.checks.framework.check import ServiceChecks, check, expect_equal
from harness.checks.framework.expected import Tier

_INCOMPLETE_UPLOAD_DAYS = 7


class LogBucket(ServiceChecks):
    """Checks of the bucket for access logs."""

    service = "log-bucket"
    tier = Tier.STORAGE
    requires = (Capability.S3,)

    @check("one lifecycle rule deletes old logs and incomplete uploads")
    def lifecycle(self) -> str:
        """Compare the bucket's complete lifecycle rules."""
        stack = self.context.expected
        response = self.context.clients.s3.get_bucket_lifecycle_configuration(
            Bucket=stack.log_bucket_name
        )
        days = stack.log_bucket_expiration_days
        expected = {
            "ID": "delete-old-logs",
            "Status": "Enabled",
            "Filter": {"Prefix": ""},
            "Expiration": {"Days": days},
            "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": _INCOMPLETE_UPLOAD_DAYS},
        }
        expect_equal("lifecycle rules", [dict(rule) for rule in response["Rules"]], [expected])
        return (
            f"delete-old-logs, all objects: expire after {days} days, "
            f"incomplete uploads after {_INCOMPLETE_UPLOAD_DAYS}"
        )

    @check("objects are encrypted by default")
    def encryption(self) -> str:
        """Compare the bucket's default encryption."""
        response = self.context.clients.s3.get_bucket_encryption(
            Bucket=self.context.expected.log_bucket_name
        )
        algorithms = [
            rule.get("ApplyServerSideEncryptionByDefault", {}).get("SSEAlgorithm")
            for rule in response["ServerSideEncryptionConfiguration"]["Rules"]
        ]
        expect_equal("algorithms", algorithms, ["AES256"])
        return "AES256 by default"

    @check("the bucket blocks all public access")
    def public_access_blocked(self) -> str:
        """Compare the four settings of the public access block, and the object ownership."""
        name, s3 = self.context.expected.log_bucket_name, self.context.clients.s3
        actual: Any = s3.get_public_access_block(Bucket=name)["PublicAccessBlockConfiguration"]
        settings = (
            "BlockPublicAcls",
            "BlockPublicPolicy",
            "IgnorePublicAcls",
            "RestrictPublicBuckets",
        )
        expect_equal("public access block", dict(actual), dict.fromkeys(settings, True))
        rules = s3.get_bucket_ownership_controls(Bucket=name)["OwnershipControls"]["Rules"]
        owners = [rule["ObjectOwnership"] for rule in rules]
        expect_equal("object ownership", owners, ["BucketOwnerEnforced"])
        return "all four settings on, no ACLs"

    @check("only the load balancer's log delivery can write, and only below its prefix")
    def policy(self) -> str:
        """Compare the statements of the bucket policy."""
        name = self.context.expected.log_bucket_name
        response = self.context.clients.s3.get_bucket_policy(Bucket=name)
        actual = [
            (
                statement["Effect"],
                statement["Principal"],
                statement["Action"],
                _without_account(statement["Resource"]),
            )
            for statement in json.loads(response["Policy"])["Statement"]
        ]
        expected = (
            "Allow",
            {"Service": "logdelivery.elasticloadbalancing.amazonaws.com"},
            "s3:PutObject",
            f"{name}/alb/AWSLogs/ACCOUNT/*",
        )
        expect_equal("statements", actual, [expected])
        return f"log delivery can put objects below {name}/alb"


def _without_account(resource: str) -> str:
    """``arn:aws:s3:::bucket/alb/AWSLogs/123456789012/*`` without partition and account."""
    path = resource.rpartition(":")[2].split("/")
    return "/".join("ACCOUNT" if part.isdigit() else part for part in path)
