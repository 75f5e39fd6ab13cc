"""Log bucket, log group, secret and roles."""

from collections.abc import Mapping

from harness.catalog.descriptions.described import Described

TYPES: Mapping[str, tuple[Described, ...]] = {
    "aws_s3_bucket": (
        Described(
            "bucket",
            {"region": "Location.LocationConstraint"},
            without=(
                *("arn", "bucket", "bucket_domain_name", "bucket_regional_domain_name"),
                *("force_destroy", "grant", "server_side_encryption_configuration"),
                *("request_payer", "lifecycle_rule", "policy", "versioning"),
            ),
        ),
    ),
    **{
        f"aws_s3_bucket_{name}": (
            Described("bucket", names, key="{bucket}", place=place, without=("bucket",)),
        )
        for name, place, names in (
            ("lifecycle_configuration", "Lifecycle.", {"rule": "Rules"}),
            ("ownership_controls", "Ownership.OwnershipControls.", {"rule": "Rules"}),
            ("policy", "Policy.", {}),
            ("public_access_block", "PublicAccess.PublicAccessBlockConfiguration.", {}),
            (
                "server_side_encryption_configuration",
                "Encryption.ServerSideEncryptionConfiguration.",
                {"rule": "Rules"},
            ),
        )
    },
    "aws_cloudwatch_log_group": (
        Described(
            "log group", {"name": "LogGroupName", "arn": "LogGroupArn"}, without=("skip_destroy",)
        ),
    ),
    "aws_secretsmanager_secret": (
        Described("secret", without=("force_overwrite_replica_secret", "recovery_window_in_days")),
    ),
    "aws_iam_role": (
        Described(
            "role",
            {
                "name": "RoleName",
                "unique_id": "RoleId",
                "assume_role_policy": "AssumeRolePolicyDocument",
            },
            without=(
                "inline_policy",
                "create_date",
                "force_detach_policies",
                "managed_policy_arns",
            ),
        ),
    ),
    "aws_iam_role_policy": (
        Described("role", {"policy": ""}, key="{role}", place="Inline[{name}]", only=True),
    ),
}
