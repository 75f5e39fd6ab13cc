import boto3

from tests.component.harness.emulator.gateway.sample_resources import subnets


def nat_addresses(session: boto3.Session) -> tuple[list[str], str]:
    ec2 = session.client("ec2")
    allocation = ec2.allocate_address(Domain="vpc")["AllocationId"]
    (subnet,) = subnets(session, "a")
    created = ec2.create_nat_gateway(SubnetId=subnet, AllocationId=allocation)
    name = created["NatGateway"]["NatGatewayId"]
    (described,) = ec2.describe_nat_gateways(NatGatewayIds=[name])["NatGateways"]
    return [each["AllocationId"] for each in described["NatGatewayAddresses"]], allocation


def test_ministack_still_omits_the_address_of_a_nat_gateway(bare: boto3.Session) -> None:
    assert nat_addresses(bare)[0] == []


def test_a_nat_gateway_has_its_allocated_address(gateway: boto3.Session) -> None:
    addresses, allocation = nat_addresses(gateway)

    assert addresses == [allocation]
