from typing import Any

import pytest

from tests.unit.harness.checks.fake_deployment import GONE, FakeDeployment

VPC = ("ec2.DescribeVpcs", "Vpcs", {"VpcId": "vpc-1"})
SUBNETS = ("ec2.DescribeSubnets", "Subnets")
PRIVATE, PUBLIC = (
    ("ec2.DescribeRouteTables", "RouteTables", {"RouteTableId": table})
    for table in ("rtb-2", "rtb-3")
)
NAT = ("ec2.DescribeNatGateways", "NatGateways", 0)


@pytest.mark.parametrize(
    ("place", "value", "check"),
    [
        ((*VPC, "CidrBlock"), "10.9.0.0/16", "subnets-in-every-zone"),
        ((*SUBNETS, 0, "AvailabilityZone"), "eu-north-1b", "subnets-in-every-zone"),
        ((*SUBNETS, 0), GONE, "subnets-in-every-zone"),
        ((*SUBNETS, 0, "SubnetId"), "subnet-unknown", "subnets-in-every-zone"),
        ((*PUBLIC, "Routes", 1, "GatewayId"), "vgw-1", "default-routes"),
        ((*PUBLIC, "Routes", 1), GONE, "default-routes"),
        ((*PUBLIC, "Associations", 0), GONE, "default-routes"),
        ((*PRIVATE, "Routes", 1, "NatGatewayId"), "nat-9", "default-routes"),
        ((*PRIVATE, "Routes", 1), {"DestinationCidrBlock": "0.0.0.0/0"}, "default-routes"),
        ((*PRIVATE, "Associations", 2), GONE, "default-routes"),
        ((*NAT, "State"), "failed", "nat-gateways"),
        ((*NAT, "SubnetId"), "subnet-prv-a", "nat-gateways"),
        ((*NAT, "NatGatewayAddresses"), [], "nat-gateways"),
    ],
)
def test_a_wrong_network_fails_its_check_alone(
    fake_deployment: FakeDeployment, place: tuple[Any, ...], value: Any, check: str
) -> None:
    fake_deployment.change(*place, to=value)

    assert list(fake_deployment.failures("network/*")) == [f"network/{check}"]


def test_without_nat_gateway_the_private_subnets_reach_nothing(
    fake_deployment: FakeDeployment,
) -> None:
    fake_deployment.change(*NAT, "State", to="deleting")

    assert set(fake_deployment.failures("network/*")) == {
        "network/default-routes",
        "network/nat-gateways",
    }
