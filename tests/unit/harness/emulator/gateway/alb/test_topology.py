from itertools import count
from typing import Any

import pytest

from harness.emulator.gateway.alb.topology import read_topology
from harness.emulator.gateway.aws import ApiError
from tests.unit.harness.emulator.gateway.fake_aws import CALLER, FakeAws, elb_error

pytestmark = pytest.mark.anyio

BALANCER = {
    "LoadBalancerArn": "arn:aws:elasticloadbalancing:eu-north-1:111122223333:loadbalancer/app/lb/1",
    "DNSName": "LB-1.eu-north-1.elb.amazonaws.com",
}


def refused(aws: FakeAws, code: str, *, times: int) -> None:
    """Return an error for the attributes of a load balancer, which is deleted after some reads."""
    reading = count(1)

    def balancers(_: dict[str, Any]) -> dict[str, Any]:
        return {"LoadBalancers": [BALANCER] if next(reading) <= times else []}

    aws.responses["DescribeLoadBalancers"] = balancers
    aws.responses["DescribeLoadBalancerAttributes"] = elb_error(
        "DescribeLoadBalancerAttributes", code
    )
    aws.responses["DescribeListeners"] = {"Listeners": []}
    aws.responses["DescribeTargetGroups"] = {"TargetGroups": []}


async def test_a_resource_deleted_meanwhile_is_omitted(aws: FakeAws) -> None:
    refused(aws, "LoadBalancerNotFound", times=2)

    assert (await read_topology(aws.api, CALLER)).load_balancers == {}
    assert aws.names().count("DescribeLoadBalancers") == 3


async def test_an_inconsistent_api_is_read_a_limited_number_of_times(aws: FakeAws) -> None:
    refused(aws, "LoadBalancerNotFound", times=1000)

    with pytest.raises(ApiError, match="LoadBalancerNotFound"):
        await read_topology(aws.api, CALLER)


async def test_another_error_is_not_retried(aws: FakeAws) -> None:
    refused(aws, "AccessDenied", times=1000)

    with pytest.raises(ApiError, match="AccessDenied"):
        await read_topology(aws.api, CALLER)
    assert aws.names().count("DescribeLoadBalancers") == 1
