from typing import Any

import pytest

from harness.checks.network import Network
from tests.unit.harness.checks.fake_deployment import CONFIGURED, GONE, OUTPUTS, FakeDeployment

VPC = ("ec2.DescribeVpcs", "Vpcs", {"VpcId": "vpc-1"})
SUBNETS = ("ec2.DescribeSubnets", "Subnets")
PRIVATE_SUBNET = {"SubnetId": OUTPUTS.private_subnet_ids[0]}
TABLES = ("ec2.DescribeRouteTables", "RouteTables")
MAIN, PRIVATE, PUBLIC = (
    {
        "RouteTableId": next(
            identifier
            for identifier, table in CONFIGURED["route table"].items()
            if path in str(table.keys())
        )
    }
    for path in ("main", "Routes[0.0.0.0/0].NatGatewayId", "Routes[0.0.0.0/0].GatewayId")
)
DEFAULT_ROUTE = {"DestinationCidrBlock": "0.0.0.0/0"}
HALF = "0.0.0.0/1"
NAT = ("ec2.DescribeNatGateways", "NatGateways", {"State": "available"})
ACLS = ("ec2.DescribeNetworkAcls", "NetworkAcls")
DENY = {
    "CidrBlock": "0.0.0.0/0",
    "Egress": False,
    "Protocol": "-1",
    "RuleAction": "deny",
    "RuleNumber": 1,
}


@pytest.mark.parametrize(
    ("place", "value", "check", "observed"),
    [
        ((*VPC, "CidrBlock"), "10.9.0.0/16", "vpc", "10.9.0.0/16"),
        ((*VPC, "InstanceTenancy"), "dedicated", "vpc", "dedicated"),
        ((*VPC, "CidrBlockAssociationSet", 0, "CidrBlock"), "10.1.0.0/16", "vpc", "10.1.0.0/16"),
        ((*SUBNETS, PRIVATE_SUBNET, "MapPublicIpOnLaunch"), True, "subnets", "MapPublicIp"),
        ((*SUBNETS, PRIVATE_SUBNET, "AvailabilityZone"), "eu-north-1b", "subnets", "eu-north-1b"),
        ((*SUBNETS, PRIVATE_SUBNET), GONE, "subnets", "is missing"),
        ((*SUBNETS, PRIVATE_SUBNET, "SubnetId"), "subnet-9", "subnets", "is not configured"),
        ((*TABLES, PUBLIC, "Routes", DEFAULT_ROUTE, "GatewayId"), "vgw-1", "route-tables", "vgw-1"),
        ((*TABLES, PUBLIC, "Routes", DEFAULT_ROUTE, "State"), "blackhole", "route-tables", "black"),
        ((*TABLES, PUBLIC, "Routes", DEFAULT_ROUTE), GONE, "route-tables", "is missing"),
        ((*TABLES, PRIVATE, "Associations", 0), GONE, "route-tables", "is missing"),
        (
            (*TABLES, PRIVATE, "Routes", DEFAULT_ROUTE, "NatGatewayId"),
            "nat-9",
            "route-tables",
            "nat-9",
        ),
        ((*NAT, "State"), "failed", "gateways", "failed"),
        ((*NAT, "SubnetId"), "subnet-prv-a", "gateways", "subnet-prv-a"),
        ((*NAT, "NatGatewayAddresses"), [], "gateways", "AllocationId"),
        (
            ("ec2.DescribeInternetGateways", "InternetGateways"),
            [],
            "gateways",
            "is missing",
        ),
    ],
)
def test_a_wrong_network_fails_its_check_alone(
    fake_deployment: FakeDeployment,
    place: tuple[Any, ...],
    value: Any,
    check: str,
    observed: str,
) -> None:
    fake_deployment.change(*place, to=value)

    failures = fake_deployment.failures("network/*")

    assert list(failures) == [f"network/{check}"]
    assert observed in failures[f"network/{check}"]


@pytest.mark.parametrize("table", [MAIN, PRIVATE, PUBLIC], ids=["main", "private", "public"])
def test_a_more_specific_route_fails_in_every_table(
    fake_deployment: FakeDeployment, table: dict[str, str]
) -> None:
    local = {"DestinationCidrBlock": "10.0.0.0/16"}
    fake_deployment.change(*TABLES, table, "Routes", local, "DestinationCidrBlock", to=HALF)

    failure = fake_deployment.failures("network/*")["network/route-tables"]

    assert f"{table['RouteTableId']}: routes[0.0.0.0/1] is not configured" in failure


def test_a_network_acl_that_denies_fails(fake_deployment: FakeDeployment) -> None:
    answer: Any = fake_deployment.answers[ACLS[0]]
    [acl] = answer[ACLS[1]]
    fake_deployment.change(*ACLS, 0, "Entries", to=[*acl["Entries"], DENY])

    assert "entries[in 1] is not configured" in str(fake_deployment.failures("network/*"))


def test_a_second_network_acl_fails(fake_deployment: FakeDeployment) -> None:
    fake_deployment.add(*ACLS, {"NetworkAclId": "acl-9", "IsDefault": False})

    assert list(fake_deployment.failures("network/*")) == ["network/network-acls"]


def test_without_dns_support_the_vpc_fails(fake_deployment: FakeDeployment) -> None:
    fake_deployment.answers["ec2.DescribeVpcAttribute"] = {
        "EnableDnsSupport": {"Value": False},
        "EnableDnsHostnames": {"Value": True},
    }

    assert "EnableDnsSupport: expected True" in str(fake_deployment.failures("network/*"))


def test_a_field_that_the_target_never_returns_is_not_compared_and_named(
    fake_deployment: FakeDeployment,
) -> None:
    fake_deployment.change(*NAT[:2], 0, "NatGatewayAddresses", 0, "IsPrimary", to=GONE)
    assert "IsPrimary" in fake_deployment.failures("network/gateways")["network/gateways"]

    fake_deployment.omitted_fields = {"NAT gateway": {"NatGatewayAddresses.IsPrimary": "never"}}

    assert fake_deployment.failures("network/gateways") == {}
    evidence = Network(fake_deployment.context()).gateways()
    assert "not compared here: NatGatewayAddresses.IsPrimary" in evidence.observed


@pytest.mark.parametrize(
    ("operation", "response"),
    [
        ("DescribeVpcEndpoints", {"VpcEndpoints": [{"VpcEndpointId": "x", "State": "available"}]}),
        (
            "DescribeVpcPeeringConnections",
            {
                "VpcPeeringConnections": [
                    {"VpcPeeringConnectionId": "x", "Status": {"Code": "active"}}
                ]
            },
        ),
        ("DescribeFlowLogs", {"FlowLogs": [{"FlowLogId": "x"}]}),
        ("DescribeVpnGateways", {"VpnGateways": [{"VpnGatewayId": "x"}]}),
        (
            "DescribeEgressOnlyInternetGateways",
            {
                "EgressOnlyInternetGateways": [
                    {"EgressOnlyInternetGatewayId": "x", "Attachments": [{"VpcId": "vpc-1"}]}
                ]
            },
        ),
        (
            "DescribeTransitGatewayVpcAttachments",
            {
                "TransitGatewayVpcAttachments": [
                    {"TransitGatewayAttachmentId": "x", "State": "available"}
                ]
            },
        ),
        (
            "DescribeCarrierGateways",
            {"CarrierGateways": [{"CarrierGatewayId": "x", "State": "available"}]},
        ),
        (
            "DescribeInstances",
            {"Reservations": [{"Instances": [{"InstanceId": "x", "State": {"Name": "running"}}]}]},
        ),
    ],
)
def test_whatever_else_is_attached_to_the_vpc_fails(
    fake_deployment: FakeDeployment, operation: str, response: Any
) -> None:
    fake_deployment.answers[f"ec2.{operation}"] = response

    assert list(fake_deployment.failures("network/*")) == ["network/vpc"]


def test_what_is_deleted_or_attached_elsewhere_does_not(fake_deployment: FakeDeployment) -> None:
    fake_deployment.answers |= {
        "ec2.DescribeVpcEndpoints": {"VpcEndpoints": [{"VpcEndpointId": "x", "State": "deleted"}]},
        "ec2.DescribeVpcPeeringConnections": {
            "VpcPeeringConnections": [{"Status": {"Code": "deleted"}}]
        },
        "ec2.DescribeEgressOnlyInternetGateways": {
            "EgressOnlyInternetGateways": [{"Attachments": [{"VpcId": "vpc-2"}]}]
        },
        "ec2.DescribeInstances": {
            "Reservations": [{"Instances": [{"State": {"Name": "terminated"}}]}]
        },
    }

    assert not fake_deployment.failures("network/*")
