from typing import Any

from harness.catalog import CATALOG
from tests.unit.harness.checks import recording

STATE = recording.load_stack()["state"]
# Write-only: aurora/secret-matches-cluster compares its value.
NOT_DESCRIBED = {"aws_secretsmanager_secret_version"}


def test_every_resource_of_the_stack_is_described() -> None:
    without = {kind for kind, attributes in STATE if not CATALOG.describe([(kind, attributes)])}

    assert without == NOT_DESCRIBED


def test_several_terraform_resources_describe_one_resource() -> None:
    [bucket] = CATALOG.describe(STATE)["bucket"].values()

    assert bucket["Lifecycle.Rules.Id"] == "delete-old-logs"
    assert bucket["Policy.Policy.Statement.Effect"] == "Allow"
    assert bucket["PublicAccess.PublicAccessBlockConfiguration.BlockPublicAcls"] is True


def test_attributes_of_a_load_balancer_are_text_as_in_the_api() -> None:
    attributes: dict[str, Any] = {
        "id": "arn:1",
        "arn": "arn:1",
        "idle_timeout": 60,
        "enable_http2": True,
        "access_logs": [{"enabled": True, "bucket": "logs", "prefix": None}],
        "tags": {"Project": "catalog"},
    }

    assert CATALOG.describe([("aws_lb", attributes)]) == {
        "load balancer": {
            "arn:1": {
                "LoadBalancerArn": "arn:1",
                "Attributes.idle_timeout.timeout_seconds": "60",
                "Attributes.routing.http2.enabled": "true",
                "Attributes.access_logs.s3.Enabled": "true",
                "Attributes.access_logs.s3.Bucket": "logs",
                "Scheme": "internet-facing",
            }
        }
    }


def test_an_attribute_that_no_response_has_is_left_out_and_an_unknown_one_is_not() -> None:
    attributes = {"id": "b", "bucket": "b", "force_destroy": True, "brand_new": "x"}

    assert CATALOG.describe([("aws_s3_bucket", attributes)]) == {"bucket": {"b": {"BrandNew": "x"}}}


def test_a_resource_of_an_unknown_type_is_no_description() -> None:
    assert CATALOG.describe([("aws_sqs_queue", {"id": "queue"})]) == {}
