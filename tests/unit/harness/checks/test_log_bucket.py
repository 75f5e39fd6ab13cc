import json
from typing import Any

import pytest

from tests.unit.harness.checks.fake_deployment import GONE, FakeDeployment

RULE = ("s3.GetBucketLifecycleConfiguration", "Rules", 0)
BLOCK = ("s3.GetPublicAccessBlock", "PublicAccessBlockConfiguration")
ENCRYPTION = ("s3.GetBucketEncryption", "ServerSideEncryptionConfiguration", "Rules", 0)
BY_DEFAULT = "ApplyServerSideEncryptionByDefault"


@pytest.mark.parametrize(
    ("place", "value", "observed"),
    [
        ((*RULE, "Status"), "Disabled", "Disabled"),
        ((*RULE, "ID"), "another", "another"),
        ((*RULE, "Expiration", "Days"), 31, "31"),
        ((*RULE, "Filter", "Prefix"), "alb/", "alb/"),
        ((*RULE, "AbortIncompleteMultipartUpload"), GONE, "DaysAfterInitiation"),
        ((*RULE, "NoncurrentVersionExpiration"), {"NoncurrentDays": 1}, "NoncurrentDays"),
        ((*ENCRYPTION, BY_DEFAULT, "SSEAlgorithm"), "aws:kms", "aws:kms"),
        ((*ENCRYPTION, "BucketKeyEnabled"), True, "BucketKeyEnabled"),
        ((*BLOCK, "BlockPublicPolicy"), False, "BlockPublicPolicy"),
        (
            ("s3.GetBucketOwnershipControls", "OwnershipControls", "Rules", 0),
            {"ObjectOwnership": "ObjectWriter"},
            "ObjectWriter",
        ),
    ],
)
def test_a_wrong_setting_fails(
    fake_deployment: FakeDeployment, place: tuple[Any, ...], value: Any, observed: str
) -> None:
    fake_deployment.change(*place, to=value)

    failure = fake_deployment.failures("log-bucket/*")["log-bucket/settings"]

    assert observed in failure


@pytest.mark.parametrize(
    ("operation", "answer"),
    [
        ("s3.GetBucketVersioning", {"Status": "Enabled"}),
        ("s3.GetBucketWebsite", {"IndexDocument": {"Suffix": "index.html"}}),
        ("s3.GetBucketCors", {"CORSRules": [{"AllowedMethods": ["GET"], "AllowedOrigins": ["*"]}]}),
        ("s3.GetBucketLogging", {"LoggingEnabled": {"TargetBucket": "b", "TargetPrefix": ""}}),
        ("s3.GetBucketRequestPayment", {"Payer": "Requester"}),
        ("s3.GetBucketAccelerateConfiguration", {"Status": "Enabled"}),
    ],
)
def test_a_setting_that_is_not_configured_fails(
    fake_deployment: FakeDeployment, operation: str, answer: Any
) -> None:
    fake_deployment.answers[operation] = answer

    assert list(fake_deployment.failures("log-bucket/*")) == ["log-bucket/settings"]


@pytest.mark.parametrize(
    ("operation", "code"),
    [
        ("s3.GetBucketLifecycleConfiguration", "NoSuchLifecycleConfiguration"),
        ("s3.GetBucketEncryption", "ServerSideEncryptionConfigurationNotFoundError"),
        ("s3.GetPublicAccessBlock", "NoSuchPublicAccessBlockConfiguration"),
        ("s3.GetBucketOwnershipControls", "OwnershipControlsNotFoundError"),
        ("s3.GetBucketPolicy", "NoSuchBucketPolicy"),
    ],
)
def test_a_setting_that_is_not_there_fails(
    fake_deployment: FakeDeployment, operation: str, code: str
) -> None:
    fake_deployment.refuse(operation, code)

    assert "seen: nothing" in fake_deployment.failures("log-bucket/*")["log-bucket/settings"]


def test_a_missing_bucket_fails(fake_deployment: FakeDeployment) -> None:
    fake_deployment.refuse("s3.GetBucketVersioning", "NoSuchBucket")

    assert "log-bucket/settings" in fake_deployment.failures("log-bucket/*")


@pytest.mark.parametrize(
    "changes",
    [
        {"Principal": "*"},
        {"Action": "s3:*"},
        {"Effect": "Deny"},
        {"Condition": {"Bool": {"aws:SecureTransport": "false"}}},
        {"Resource": "arn:aws:s3:::catalog-logs-pr1-7f3a-eu-north-1/*"},
    ],
)
@pytest.mark.parametrize("added", [True, False])
def test_another_bucket_policy_fails(
    fake_deployment: FakeDeployment, changes: dict[str, Any], added: bool
) -> None:
    policy: Any = fake_deployment.answers["s3.GetBucketPolicy"]
    statements = json.loads(policy["Policy"])["Statement"]
    changed = [*(statements if added else ()), {**statements[0], **changes}]
    document = json.dumps({"Version": "2012-10-17", "Statement": changed})
    fake_deployment.answers["s3.GetBucketPolicy"] = {"Policy": document}

    assert list(fake_deployment.failures("log-bucket/*")) == ["log-bucket/settings"]
