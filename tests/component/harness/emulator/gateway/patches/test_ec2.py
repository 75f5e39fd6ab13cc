import boto3

from tests.component.harness.emulator.gateway.sample_resources import subnets

ALL_EGRESS = {
    "IpProtocol": "-1",
    "FromPort": 0,
    "ToPort": 0,
    "IpRanges": [{"CidrIp": "0.0.0.0/0"}],
}


def egress_after_terraform(session: boto3.Session) -> int:
    ec2 = session.client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    group = ec2.create_security_group(GroupName="g", Description="d", VpcId=vpc)["GroupId"]
    ec2.revoke_security_group_egress(GroupId=group, IpPermissions=[ALL_EGRESS])  # type: ignore[list-item]
    (described,) = ec2.describe_security_groups(GroupIds=[group])["SecurityGroups"]
    return len(described["IpPermissionsEgress"])


def test_ministack_still_does_not_find_the_default_rule(bare: boto3.Session) -> None:
    assert egress_after_terraform(bare) == 1


def test_the_default_rule_is_revoked(gateway: boto3.Session) -> None:
    assert egress_after_terraform(gateway) == 0


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
