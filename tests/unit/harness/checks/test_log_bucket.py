import json
from typing import Any

import pytest

from tests.unit.harness.checks.fake_deployment import GONE, FakeDeployment

RULE = ("s3.GetBucketLifecycleConfiguration", "Rules", 0)
BLOCK = ("s3.GetPublicAccessBlock", "PublicAccessBlockConfiguration")
ENCRYPTION = ("s3.GetBucketEncryption", "ServerSideEncryptionConfiguration", "Rules", 0)
BY_DEFAULT = "ApplyServerSideEncryptionByDefault"


@pytest.mark.parametrize(
    ("place", "value", "check", "observed"),
    [
        ((*RULE, "Status"), "Disabled", "lifecycle", "Disabled"),
        ((*RULE, "ID"), "another", "lifecycle", "another"),
        ((*RULE, "Expiration", "Days"), 31, "lifecycle", "31"),
        ((*RULE, "Filter", "Prefix"), "alb/", "lifecycle", "alb/"),
        ((*RULE, "Filter"), GONE, "lifecycle", "delete-old-logs"),
        ((*RULE, "AbortIncompleteMultipartUpload"), GONE, "lifecycle", "delete-old-logs"),
        (
            ("s3.GetBucketLifecycleConfiguration", "Rules"),
            [{"ID": "one", "Status": "Enabled"}, {"ID": "two", "Status": "Enabled"}],
            "lifecycle",
            "two",
        ),
        ((*ENCRYPTION, BY_DEFAULT, "SSEAlgorithm"), "aws:kms", "encryption", "aws:kms"),
        ((*ENCRYPTION, BY_DEFAULT), GONE, "encryption", "None"),
        ((*BLOCK, "BlockPublicPolicy"), False, "public-access-blocked", "BlockPublicPolicy"),
        ((*BLOCK, "RestrictPublicBuckets"), GONE, "public-access-blocked", "Restrict"),
        (
            ("s3.GetBucketOwnershipControls", "OwnershipControls", "Rules", 0),
            {"ObjectOwnership": "ObjectWriter"},
            "public-access-blocked",
            "ObjectWriter",
        ),
    ],
)
def test_a_wrong_setting_fails_its_check_alone(
    fake_deployment: FakeDeployment, place: tuple[Any, ...], value: Any, check: str, observed: str
) -> None:
    fake_deployment.change(*place, to=value)

    failures = fake_deployment.failures("log-bucket/*")

    assert list(failures) == [f"log-bucket/{check}"]
    assert observed in failures[f"log-bucket/{check}"]


@pytest.mark.parametrize(
    ("operation", "code", "check"),
    [
        (
            "s3.GetBucketLifecycleConfiguration",
            "NoSuchLifecycleConfiguration",
            "lifecycle",
        ),
        (
            "s3.GetBucketEncryption",
            "ServerSideEncryptionConfigurationNotFoundError",
            "encryption",
        ),
        (
            "s3.GetPublicAccessBlock",
            "NoSuchPublicAccessBlockConfiguration",
            "public-access-blocked",
        ),
        (
            "s3.GetBucketOwnershipControls",
            "OwnershipControlsNotFoundError",
            "public-access-blocked",
        ),
        ("s3.GetBucketPolicy", "NoSuchBucketPolicy", "policy"),
    ],
)
def test_a_setting_that_is_not_there_fails(
    fake_deployment: FakeDeployment, operation: str, code: str, check: str
) -> None:
    fake_deployment.refuse(operation, code)

    failures = fake_deployment.failures("log-bucket/*")

    assert list(failures) == [f"log-bucket/{check}"]
    assert code in failures[f"log-bucket/{check}"]


@pytest.mark.parametrize(
    "changes",
    [
        {"Principal": "*"},
        {"Action": "s3:*"},
        {"Resource": "arn:aws:s3:::catalog-logs-pr1-7f3a-eu-north-1/*"},
    ],
)
def test_a_wider_bucket_policy_fails(
    fake_deployment: FakeDeployment, changes: dict[str, Any]
) -> None:
    policy: Any = fake_deployment.answers["s3.GetBucketPolicy"]
    statements = json.loads(policy["Policy"])["Statement"]
    wider = json.dumps({"Statement": [{**statements[0], **changes}]})
    fake_deployment.answers["s3.GetBucketPolicy"] = {"Policy": wider}

    assert list(fake_deployment.failures("log-bucket/*")) == ["log-bucket/policy"]
