from itertools import count
from typing import Any

import pytest

from harness.emulator.gateway.alb.topology import read_topology
from harness.emulator.gateway.aws import ApiError
from tests.unit.harness.emulator.gateway.fake_aws import TENANT, FakeAws, elb_error

pytestmark = pytest.mark.anyio

BALANCER = {
    "LoadBalancerArn": "arn:aws:elasticloadbalancing:eu-north-1:111122223333:loadbalancer/app/lb/1",
    "DNSName": "LB-1.eu-north-1.elb.amazonaws.com",
}


def refused(aws: FakeAws, code: str, *, times: int) -> None:
    """A load balancer whose attributes cannot be had, and which is gone after so many times."""
    reading = count(1)

    def balancers(_: dict[str, Any]) -> dict[str, Any]:
        return {"LoadBalancers": [BALANCER] if next(reading) <= times else []}

    aws.answers["DescribeLoadBalancers"] = balancers
    aws.answers["DescribeLoadBalancerAttributes"] = elb_error(
        "DescribeLoadBalancerAttributes", code
    )
    aws.answers["DescribeListeners"] = {"Listeners": []}
    aws.answers["DescribeTargetGroups"] = {"TargetGroups": []}


async def test_what_is_deleted_meanwhile_is_not_there(aws: FakeAws) -> None:
    refused(aws, "LoadBalancerNotFound", times=2)

    assert (await read_topology(aws.api, TENANT)).load_balancers == {}
    assert aws.names().count("DescribeLoadBalancers") == 3


async def test_an_api_that_contradicts_itself_is_not_asked_for_ever(aws: FakeAws) -> None:
    refused(aws, "LoadBalancerNotFound", times=1000)

    with pytest.raises(ApiError, match="LoadBalancerNotFound"):
        await read_topology(aws.api, TENANT)


async def test_another_refusal_is_not_asked_again(aws: FakeAws) -> None:
    refused(aws, "AccessDenied", times=1000)

    with pytest.raises(ApiError, match="AccessDenied"):
        await read_topology(aws.api, TENANT)
    assert aws.names().count("DescribeLoadBalancers") == 1
