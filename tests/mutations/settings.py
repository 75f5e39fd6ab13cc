"""More mutations of settings: bucket, log group, secret, roles."""

import json
from typing import Any

from harness.checks.framework.context import CheckContext
from tests.mutations.mutation import called, modified, mutation, switched

_ELSEWHERE = "arn:aws:sqs:eu-north-1:000000000000:elsewhere"
_DENY_ALL_OTHERS = {
    "Effect": "Deny",
    "NotPrincipal": {"AWS": "arn:aws:iam::000000000000:root"},
    "Action": "s3:*",
    "Resource": "*",
}


def _bucket(context: CheckContext) -> dict[str, Any]:
    return {"Bucket": context.outputs.log_bucket_name}


def _group(context: CheckContext) -> dict[str, Any]:
    return {"logGroupName": context.expected.log_group_name}


def _secret(context: CheckContext) -> dict[str, Any]:
    return {"SecretId": context.expected.secret_name}


def _role(context: CheckContext) -> dict[str, Any]:
    return {"RoleName": context.expected.task_role_name}


def _other_key(context: CheckContext) -> Any:
    """Encrypt with a key of the account in place of the bucket's default."""
    s3 = context.clients.s3
    before = s3.get_bucket_encryption(**_bucket(context))["ServerSideEncryptionConfiguration"]
    rule: Any = {
        "ApplyServerSideEncryptionByDefault": {
            "SSEAlgorithm": "aws:kms",
            "KMSMasterKeyID": "alias/elsewhere",
        }
    }
    s3.put_bucket_encryption(
        **_bucket(context), ServerSideEncryptionConfiguration={"Rules": [rule]}
    )
    return before


def _replicate(context: CheckContext) -> None:
    role = f"arn:aws:iam::000000000000:role/{context.expected.task_role_name}"
    rule: Any = {
        "ID": "mutation",
        "Status": "Enabled",
        "Prefix": "",
        "Destination": {"Bucket": "arn:aws:s3:::elsewhere"},
    }
    context.clients.s3.put_bucket_versioning(
        **_bucket(context), VersioningConfiguration={"Status": "Enabled"}
    )
    context.clients.s3.put_bucket_replication(
        **_bucket(context), ReplicationConfiguration={"Role": role, "Rules": [rule]}
    )


def _stop_replication(context: CheckContext) -> None:
    context.clients.s3.delete_bucket_replication(**_bucket(context))
    context.clients.s3.put_bucket_versioning(
        **_bucket(context), VersioningConfiguration={"Status": "Suspended"}
    )


def _stage(context: CheckContext) -> Any:
    """Give the current version a second stage, as a copy for somebody else would have."""
    secrets = context.clients.secretsmanager
    current = secrets.get_secret_value(**_secret(context))["VersionId"]
    secrets.update_secret_version_stage(
        **_secret(context), VersionStage="MUTATION", MoveToVersionId=current
    )
    return current


MUTATIONS = (
    modified(
        "one of the four public access blocks off",
        "log-bucket/settings",
        lambda c: c.clients.s3.get_public_access_block(**_bucket(c))[
            "PublicAccessBlockConfiguration"
        ],
        lambda block: {**block, "RestrictPublicBuckets": False},
        lambda c, block: c.clients.s3.put_public_access_block(
            **_bucket(c), PublicAccessBlockConfiguration=block
        ),
    ),
    modified(
        "objects owned by their writers",
        "log-bucket/settings",
        lambda c: c.clients.s3.get_bucket_ownership_controls(**_bucket(c))["OwnershipControls"],
        lambda _: {"Rules": [{"ObjectOwnership": "ObjectWriter"}]},
        lambda c, controls: c.clients.s3.put_bucket_ownership_controls(
            **_bucket(c), OwnershipControls=controls
        ),
    ),
    called(
        "a CORS rule of the bucket",
        "log-bucket/settings",
        (
            "s3.put_bucket_cors",
            lambda c: {
                **_bucket(c),
                "CORSConfiguration": {
                    "CORSRules": [{"AllowedMethods": ["GET"], "AllowedOrigins": ["*"]}]
                },
            },
        ),
        ("s3.delete_bucket_cors", lambda c, _: _bucket(c)),
    ),
    switched(
        "a notification of the bucket",
        "log-bucket/settings",
        "s3.put_bucket_notification_configuration",
        _bucket,
        (
            {
                "NotificationConfiguration": {
                    "QueueConfigurations": [
                        {"QueueArn": _ELSEWHERE, "Events": ["s3:ObjectCreated:*"]}
                    ]
                },
                "SkipDestinationValidation": True,
            },
            {"NotificationConfiguration": {}},
        ),
    ),
    switched(
        "access to the log bucket logged elsewhere",
        "log-bucket/settings",
        "s3.put_bucket_logging",
        _bucket,
        (
            {
                "BucketLoggingStatus": {
                    "LoggingEnabled": {"TargetBucket": "elsewhere", "TargetPrefix": "x/"}
                }
            },
            {"BucketLoggingStatus": {}},
        ),
    ),
    mutation(
        "replication of the bucket",
        "log-bucket/settings",
        _replicate,
        lambda c, _: _stop_replication(c),
    ),
    mutation(
        "another key for the bucket's objects",
        "log-bucket/settings",
        _other_key,
        lambda c, before: c.clients.s3.put_bucket_encryption(
            **_bucket(c), ServerSideEncryptionConfiguration=before
        ),
    ),
    modified(
        "a statement of the bucket policy for all but one principal",
        "log-bucket/settings",
        lambda c: json.loads(c.clients.s3.get_bucket_policy(**_bucket(c))["Policy"]),
        lambda policy: policy["Statement"].append(_DENY_ALL_OTHERS),
        lambda c, policy: c.clients.s3.put_bucket_policy(**_bucket(c), Policy=json.dumps(policy)),
    ),
    called(
        "a metric filter of the log group",
        "logs/log-group",
        (
            "logs.put_metric_filter",
            lambda c: {
                **_group(c),
                "filterName": "mutation",
                "filterPattern": "ERROR",
                "metricTransformations": [
                    {"metricName": "errors", "metricNamespace": "x", "metricValue": "1"}
                ],
            },
        ),
        ("logs.delete_metric_filter", lambda c, _: {**_group(c), "filterName": "mutation"}),
    ),
    mutation(
        "a second stage of the secret's current version",
        "database-secret/settings",
        _stage,
        lambda c, current: c.clients.secretsmanager.update_secret_version_stage(
            **_secret(c), VersionStage="MUTATION", RemoveFromVersionId=current
        ),
        quick=True,
    ),
    modified(
        "another key of the secret",
        "database-secret/settings",
        lambda c: c.clients.secretsmanager.describe_secret(**_secret(c)).get("KmsKeyId", ""),
        lambda _: "alias/elsewhere",
        lambda c, key: c.clients.secretsmanager.update_secret(**_secret(c), KmsKeyId=key),
    ),
    called(
        "an inline policy of the task role",
        "iam/roles",
        (
            "iam.put_role_policy",
            lambda c: {
                **_role(c),
                "PolicyName": "mutation",
                "PolicyDocument": json.dumps(
                    {
                        "Version": "2012-10-17",
                        "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}],
                    }
                ),
            },
        ),
        ("iam.delete_role_policy", lambda c, _: {**_role(c), "PolicyName": "mutation"}),
    ),
    called(
        "a permissions boundary of the task role",
        "iam/roles",
        (
            "iam.put_role_permissions_boundary",
            lambda c: {
                **_role(c),
                "PermissionsBoundary": "arn:aws:iam::aws:policy/ReadOnlyAccess",
            },
        ),
        ("iam.delete_role_permissions_boundary", lambda c, _: _role(c)),
    ),
    switched(
        "sessions of twelve hours of the task role",
        "iam/roles",
        "iam.update_role",
        _role,
        ({"MaxSessionDuration": 43200}, {"MaxSessionDuration": 3600}),
    ),
)
