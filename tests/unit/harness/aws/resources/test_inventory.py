"""The inventory: every service is queried, and its errors are kept."""

from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from harness.aws.clients import Clients
from harness.aws.resources.inventory import take_inventory
from harness.aws.resources.resource import Kind, Resource
from tests.unit.harness.aws.resources.fake_account import NOTHING, deleted, inventory, listed
from tests.unit.harness.checks.fake_aws import FakeAws, RefusalError


def refuse(_: object) -> dict[str, Any]:
    raise RefusalError("AccessDenied")


def test_nothing_there_is_nothing_listed() -> None:
    assert listed({}) == []
    assert len(inventory({}).queried) == 12


def test_a_service_that_fails_does_not_abort_the_rest() -> None:
    found = inventory({"iam.ListRoles": refuse, "ec2.DescribeVpcs": {"Vpcs": [{"VpcId": "vpc-1"}]}})

    assert list(found.errors) == ["iam"]
    assert [resource.identifier for resource in found.resources] == ["vpc-1"]
    with pytest.raises(ClientError, match="AccessDenied"):
        found.require_complete()


def test_a_service_that_the_target_lacks_is_not_queried_but_named() -> None:
    found = inventory({}, cloudfront="not in the licence")

    assert found.unavailable == {"cloudfront": "not in the licence"}
    assert "cloudfront" not in found.queried


def test_only_the_kinds_given_are_listed() -> None:
    aws = FakeAws.answering(dict(NOTHING))

    assert take_inventory(Clients(aws), {}, (Kind.ROLE,)).queried == ("iam",)
    assert [name for name, _ in aws.requests] == ["iam.ListRoles"]


def test_a_target_that_cannot_be_reached_is_the_outcome_of_a_deletion() -> None:
    def unreachable(_: object) -> dict[str, Any]:
        raise EndpointConnectionError(endpoint_url="http://127.0.0.1:1")

    outcome, _ = deleted(Resource(Kind.VPC, "vpc-1"), {"ec2.DeleteVpc": unreachable})

    assert "http://127.0.0.1:1" in outcome.error
