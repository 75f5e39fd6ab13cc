"""The log bucket: exactly its configured settings."""

from harness.aws.capability import Capability
from harness.checks.framework.check import ServiceChecks, check
from harness.checks.framework.description import Comparison
from harness.checks.framework.expected import Tier

_BUCKET = Comparison(
    "bucket",
    {
        "Acl.Owner": "the account",
        "Acl.Grants": "the owner's: access control lists are off (BucketOwnerEnforced)",
        "Encryption.ServerSideEncryptionConfiguration.Rules.BlockedEncryptionTypes": (
            "a default of the account"
        ),
    },
    # A bucket that had versioning once stays Suspended: objects expire as without it.
    # https://docs.aws.amazon.com/AmazonS3/latest/userguide/lifecycle-configuration-bucket-config.html
    defaults={"Payment.Payer": "BucketOwner", "Versioning.Status": "Suspended"},
)
# Part of the description -> operation. Every operation that returns a setting of a bucket:
# https://docs.aws.amazon.com/AmazonS3/latest/API/API_Operations_Amazon_Simple_Storage_Service.html
_SETTINGS = {
    "Accelerate": "get_bucket_accelerate_configuration",
    "Acl": "get_bucket_acl",
    "Analytics": "list_bucket_analytics_configurations",
    "Cors": "get_bucket_cors",
    "Encryption": "get_bucket_encryption",
    "IntelligentTiering": "list_bucket_intelligent_tiering_configurations",
    "Inventory": "list_bucket_inventory_configurations",
    "Lifecycle": "get_bucket_lifecycle_configuration",
    "Location": "get_bucket_location",
    "Logging": "get_bucket_logging",
    "Metrics": "list_bucket_metrics_configurations",
    "Notification": "get_bucket_notification_configuration",
    "ObjectLock": "get_object_lock_configuration",
    "Ownership": "get_bucket_ownership_controls",
    "Payment": "get_bucket_request_payment",
    "Policy": "get_bucket_policy",
    "PublicAccess": "get_public_access_block",
    "Replication": "get_bucket_replication",
    "Versioning": "get_bucket_versioning",
    "Website": "get_bucket_website",
}


class LogBucket(ServiceChecks):
    """Checks of the bucket for access logs."""

    service = "log-bucket"
    requires = (Tier.STORAGE, Capability.S3)

    @check("lifecycle, encryption, policy and access are as configured, and nothing else is set")
    def settings(self) -> str:
        """Compare every setting that a bucket can have."""
        name = self.context.outputs.log_bucket_name or ""
        return self.compare(
            _BUCKET, {name: self.read(self.context.clients.s3, _SETTINGS, Bucket=name)}
        )
