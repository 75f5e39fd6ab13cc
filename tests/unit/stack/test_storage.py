import json

from tests.unit.stack.conftest import SUFFIX
from tests.unit.stack.template import Template


def test_the_log_bucket_can_be_deleted_with_its_logs(template: Template) -> None:
    bucket = template.resource("aws_s3_bucket")
    account = template.resource("data.aws_caller_identity").ref("account_id")
    assert bucket.attributes == {
        # Names of buckets are unique worldwide.
        "bucket": f"catalog-logs-{SUFFIX}-eu-north-1-{account}",
        "force_destroy": True,
    }


def test_the_log_bucket_is_private(template: Template) -> None:
    bucket = template.resource("aws_s3_bucket").ref("id")
    assert template.resource("aws_s3_bucket_public_access_block").attributes == {
        "bucket": bucket,
        "block_public_acls": True,
        "block_public_policy": True,
        "ignore_public_acls": True,
        "restrict_public_buckets": True,
    }
    controls = template.resource("aws_s3_bucket_ownership_controls")
    assert controls["bucket"] == bucket
    assert controls["rule"] == {"object_ownership": "BucketOwnerEnforced"}


def test_the_log_bucket_is_encrypted_as_access_logs_need_it(template: Template) -> None:
    encryption = template.resource("aws_s3_bucket_server_side_encryption_configuration")
    assert encryption["bucket"] == template.resource("aws_s3_bucket").ref("id")
    assert encryption["rule"] == [
        {"apply_server_side_encryption_by_default": {"sse_algorithm": "AES256"}}
    ]


def test_days_until_logs_are_deleted_can_change(varied: Template) -> None:
    lifecycle = varied.resource("aws_s3_bucket_lifecycle_configuration")
    assert lifecycle["rule"][0]["expiration"] == [{"days": 3}]
    assert varied.resource("aws_cloudwatch_log_group")["retention_in_days"] == 1


def test_only_load_balancers_of_this_account_may_write_and_only_logs(template: Template) -> None:
    policy = template.resource("aws_s3_bucket_policy")
    bucket = template.resource("aws_s3_bucket")
    account = template.resource("data.aws_caller_identity").ref("account_id")
    assert policy["bucket"] == bucket.ref("id")
    statement = {
        "Sid": "LoadBalancerAccessLogs",
        "Effect": "Allow",
        "Principal": {"Service": "logdelivery.elasticloadbalancing.amazonaws.com"},
        "Action": "s3:PutObject",
        "Resource": f"{bucket.ref('arn')}/alb/AWSLogs/{account}/*",
    }
    assert json.loads(policy["policy"]) == {"Version": "2012-10-17", "Statement": [statement]}


def test_two_changes_of_the_buckets_access_do_not_collide(template: Template) -> None:
    block = template.resource("aws_s3_bucket_public_access_block")
    assert template.resource("aws_s3_bucket_policy")["depends_on"] == [block.address]


def test_the_tasks_logs_are_kept_for_a_while(template: Template) -> None:
    assert template.resource("aws_cloudwatch_log_group").attributes == {
        "name": f"/ecs/catalog-{SUFFIX}",
        "retention_in_days": 7,
    }
