import pytest

from harness.emulator.gateway.patches.ec2 import NatGatewayAddresses
from tests.unit.harness.emulator.gateway.fake_aws import FakeAws, query_call


@pytest.mark.anyio
async def test_a_released_address_is_not_returned(aws: FakeAws) -> None:
    aws.responses["DescribeNatGateways"] = {}
    aws.responses["DescribeAddresses"] = {"Addresses": []}
    patch = NatGatewayAddresses(aws.api, {"nat-1": "eipalloc-1"})

    response = await patch.handle(query_call("ec2", "DescribeNatGateways"), aws.call_next)

    assert b"eipalloc-1" not in response.body


pytestmark = pytest.mark.anyio


async def test_nat_gateways_are_completed_from_the_state(aws: FakeAws) -> None:
    allocations: dict[str, str] = {}
    gateway = {"NatGatewayId": "nat-1", "State": "available", "NatGatewayAddresses": []}
    aws.responses["CreateNatGateway"] = {"NatGateway": gateway}
    aws.responses["DescribeAddresses"] = {
        "Addresses": [{"AllocationId": "eipalloc-1", "PublicIp": "192.0.2.1"}]
    }
    call = query_call("ec2", "CreateNatGateway", AllocationId="eipalloc-1")

    response = await NatGatewayAddresses(aws.api, allocations).handle(call, aws.call_next)

    assert b"<publicIp>192.0.2.1</publicIp>" in response.body
    assert allocations == {"nat-1": "eipalloc-1"}
