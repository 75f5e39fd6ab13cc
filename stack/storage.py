"""Storage of logs: the bucket for access logs and the log group of the tasks."""

import json

from .bindings import (
    cloudwatch_log_group,
    data_aws_caller_identity,
    s3_bucket,
    s3_bucket_ownership_controls,
    s3_bucket_policy,
    s3_bucket_public_access_block,
)
from .bindings import s3_bucket_lifecycle_configuration as lifecycle
from .bindings import s3_bucket_server_side_encryption_configuration as encryption
from .part import ConfiguredStack, Part

ACCESS_LOG_PREFIX = "alb"
INCOMPLETE_UPLOAD_DAYS = 7


class Storage(Part):
    """A private, encrypted bucket with a lifecycle rule, and a log group with a retention.

    Attributes:
        log_bucket_name: Bucket for the load balancer's access logs.
        log_bucket_policy: Allows the load balancer to write; required before its creation.
        log_group_arn: ARN of that group, without the suffix ``:*`` for its streams.
    """

    def __init__(self, stack: ConfiguredStack) -> None:
        super().__init__(stack, "storage")
        config = stack.config
        account = data_aws_caller_identity.DataAwsCallerIdentity(self, "account").account_id
        name = f"{config.log_bucket_name}-{account}"
        bucket = s3_bucket.S3Bucket(self, "log_bucket", bucket=name, force_destroy=True)
        self.log_bucket_name = bucket.id
        private = self._block_public_access(bucket.id)
        self._encrypt(bucket.id)
        self._expire(bucket.id, days=config.log_bucket_expiration_days)
        self.log_bucket_policy = self._allow_load_balancer(bucket, account, after=private)

        group = cloudwatch_log_group.CloudwatchLogGroup(
            self,
            "log_group",
            name=config.log_group_name,
            retention_in_days=config.log_retention_days,
        )
        self.log_group_name = group.name
        self.log_group_arn = group.arn
        self._declare(log_bucket_name=bucket.id, log_group_name=group.name)

    def _block_public_access(
        self, bucket: str
    ) -> s3_bucket_public_access_block.S3BucketPublicAccessBlock:
        s3_bucket_ownership_controls.S3BucketOwnershipControls(
            self,
            "ownership",
            bucket=bucket,
            rule=s3_bucket_ownership_controls.S3BucketOwnershipControlsRule(
                object_ownership="BucketOwnerEnforced"
            ),
        )
        return s3_bucket_public_access_block.S3BucketPublicAccessBlock(
            self,
            "public_access_block",
            bucket=bucket,
            block_public_acls=True,
            block_public_policy=True,
            ignore_public_acls=True,
            restrict_public_buckets=True,
        )

    def _encrypt(self, bucket: str) -> None:
        """Encrypt with S3-managed keys, the only kind supported for access logs.

        https://docs.aws.amazon.com/elasticloadbalancing/latest/application/enable-access-logging.html
        """
        encryption.S3BucketServerSideEncryptionConfigurationA(
            self,
            "encryption",
            bucket=bucket,
            rule=[
                encryption.S3BucketServerSideEncryptionConfigurationRuleA(
                    apply_server_side_encryption_by_default={"sse_algorithm": "AES256"}
                )
            ],
        )

    def _expire(self, bucket: str, *, days: int) -> None:
        """Expire all objects after some days; a filter with an empty prefix matches all.

        https://docs.aws.amazon.com/AmazonS3/latest/userguide/intro-lifecycle-filters.html
        """
        lifecycle.S3BucketLifecycleConfiguration(
            self,
            "lifecycle",
            bucket=bucket,
            rule=[
                lifecycle.S3BucketLifecycleConfigurationRule(
                    id="delete-old-logs",
                    status="Enabled",
                    filter=[lifecycle.S3BucketLifecycleConfigurationRuleFilter(prefix="")],
                    expiration=[lifecycle.S3BucketLifecycleConfigurationRuleExpiration(days=days)],
                    abort_incomplete_multipart_upload=[
                        lifecycle.S3BucketLifecycleConfigurationRuleAbortIncompleteMultipartUpload(
                            days_after_initiation=INCOMPLETE_UPLOAD_DAYS
                        )
                    ],
                )
            ],
        )

    def _allow_load_balancer(
        self,
        bucket: s3_bucket.S3Bucket,
        account: str,
        *,
        after: s3_bucket_public_access_block.S3BucketPublicAccessBlock,
    ) -> s3_bucket_policy.S3BucketPolicy:
        statement = {
            "Sid": "LoadBalancerAccessLogs",
            "Effect": "Allow",
            "Principal": {"Service": "logdelivery.elasticloadbalancing.amazonaws.com"},
            "Action": "s3:PutObject",
            "Resource": f"{bucket.arn}/{ACCESS_LOG_PREFIX}/AWSLogs/{account}/*",
        }
        return s3_bucket_policy.S3BucketPolicy(
            self,
            "policy",
            bucket=bucket.id,
            policy=json.dumps({"Version": "2012-10-17", "Statement": [statement]}),
            depends_on=[after],
        )
