"""EC2: listing and deleting."""

from typing import Any

import pytest

from harness.aws.resources.resource import Kind, Resource
from tests.unit.harness.aws.resources.fake_account import deleted, listed, tags, upper

TAGS = tags()


@pytest.mark.parametrize(
    ("operation", "answer", "kind"),
    [
        ("DescribeVpcs", {"Vpcs": [{"VpcId": "i-1"}]}, Kind.VPC),
        ("DescribeSubnets", {"Subnets": [{"SubnetId": "i-1"}]}, Kind.SUBNET),
        (
            "DescribeInternetGateways",
            {"InternetGateways": [{"InternetGatewayId": "i-1"}]},
            Kind.INTERNET_GATEWAY,
        ),
        ("DescribeVpcEndpoints", {"VpcEndpoints": [{"VpcEndpointId": "i-1"}]}, Kind.VPC_ENDPOINT),
        ("DescribeRouteTables", {"RouteTables": [{"RouteTableId": "i-1"}]}, Kind.ROUTE_TABLE),
        (
            "DescribeSecurityGroups",
            {"SecurityGroups": [{"GroupId": "i-1", "GroupName": "catalog-alb-pr1"}]},
            Kind.SECURITY_GROUP,
        ),
        ("DescribeAddresses", {"Addresses": [{"AllocationId": "i-1"}]}, Kind.ELASTIC_IP),
        (
            "DescribeNatGateways",
            {"NatGateways": [{"NatGatewayId": "i-1", "State": "available"}]},
            Kind.NAT_GATEWAY,
        ),
    ],
)
def test_the_network_is_listed_with_its_tags(
    operation: str, answer: dict[str, list[dict[str, Any]]], kind: Kind
) -> None:
    [[item]] = answer.values()
    item["Tags"] = upper(TAGS)

    [resource] = listed({f"ec2.{operation}": answer})

    assert (resource.kind, resource.identifier, resource.tags) == (kind, "i-1", TAGS)


@pytest.mark.parametrize(
    ("operation", "key", "item"),
    [
        ("DescribeVpcs", "Vpcs", {"VpcId": "vpc-1", "IsDefault": True}),
        ("DescribeSubnets", "Subnets", {"SubnetId": "subnet-1", "DefaultForAz": True}),
        (
            "DescribeRouteTables",
            "RouteTables",
            {"RouteTableId": "rtb-1", "Associations": [{"Main": True}]},
        ),
        ("DescribeSecurityGroups", "SecurityGroups", {"GroupId": "sg-1", "GroupName": "default"}),
        ("DescribeNatGateways", "NatGateways", {"NatGatewayId": "nat-1", "State": "deleted"}),
    ],
    ids=["default VPC", "default subnet", "main table", "default group", "deleted NAT gateway"],
)
def test_what_aws_creates_and_deletes_with_a_vpc_is_not_listed(
    operation: str, key: str, item: dict[str, Any]
) -> None:
    assert listed({f"ec2.{operation}": {key: [{**item, "Tags": upper(TAGS)}]}}) == []


@pytest.mark.parametrize(
    ("operation", "key", "item"),
    [
        ("DescribeSubnets", "Subnets", {"SubnetId": "x"}),
        ("DescribeRouteTables", "RouteTables", {"RouteTableId": "x"}),
        ("DescribeSecurityGroups", "SecurityGroups", {"GroupId": "x", "GroupName": "y"}),
        ("DescribeVpcEndpoints", "VpcEndpoints", {"VpcEndpointId": "x"}),
        ("DescribeNatGateways", "NatGateways", {"NatGatewayId": "x", "State": "deleting"}),
        ("DescribeNetworkInterfaces", "NetworkInterfaces", {"NetworkInterfaceId": "x"}),
    ],
)
def test_the_parts_of_a_vpc_are_listed_within_it(
    operation: str, key: str, item: dict[str, Any]
) -> None:
    [resource] = listed({f"ec2.{operation}": {key: [{**item, "VpcId": "vpc-1"}]}})

    assert (resource.within, resource.tags) == ("vpc-1", {})


def test_an_internet_gateway_is_within_the_vpc_that_it_is_attached_to() -> None:
    gateway = {"InternetGatewayId": "igw-1", "Attachments": [{"VpcId": "vpc-1"}]}

    [resource] = listed({"ec2.DescribeInternetGateways": {"InternetGateways": [gateway]}})

    assert resource.within == "vpc-1"


def test_the_address_of_a_nat_gateway_is_within_it() -> None:
    addresses = [{"AllocationId": "eipalloc-1"}, {"AllocationId": "eipalloc-2"}]
    gateway = {
        "NatGatewayId": "nat-1",
        "State": "deleting",
        "NatGatewayAddresses": [{"AllocationId": "eipalloc-1"}],
    }

    gateway_, first, second = listed(
        {
            "ec2.DescribeAddresses": {"Addresses": addresses},
            "ec2.DescribeNatGateways": {"NatGateways": [gateway]},
        }
    )

    assert gateway_.state == "deleting"
    assert (first.within, second.within) == ("nat-1", "")


def test_a_refused_endpoint_is_an_error_although_the_call_succeeds() -> None:
    refused = [{"ResourceId": "vpce-1", "Error": {"Code": "OperationNotPermitted"}}]
    outcome, _ = deleted(
        Resource(Kind.VPC_ENDPOINT, "vpce-1"),
        {"ec2.DeleteVpcEndpoints": {"Unsuccessful": refused}},
    )

    assert "OperationNotPermitted" in outcome.error


@pytest.mark.parametrize("managed", [True, False])
def test_an_interface_that_a_service_manages_is_left_to_it(managed: bool) -> None:
    interface = {"NetworkInterfaceId": "eni-1", "RequesterManaged": managed}
    _, aws = deleted(
        Resource(Kind.NETWORK_INTERFACE, "eni-1"),
        {
            "ec2.DescribeNetworkInterfaces": {"NetworkInterfaces": [interface]},
            "ec2.DeleteNetworkInterface": {},
        },
    )

    assert bool(aws.parameters_of("ec2.DeleteNetworkInterface")) is not managed


def test_a_route_table_is_disassociated_from_its_subnets() -> None:
    table = {"Associations": [{"RouteTableAssociationId": "rtbassoc-1"}]}
    _, aws = deleted(
        Resource(Kind.ROUTE_TABLE, "rtb-1"),
        {
            "ec2.DescribeRouteTables": {"RouteTables": [table]},
            "ec2.DisassociateRouteTable": {},
            "ec2.DeleteRouteTable": {},
        },
    )

    assert aws.parameters_of("ec2.DisassociateRouteTable") == [{"AssociationId": "rtbassoc-1"}]


def test_an_internet_gateway_is_detached() -> None:
    gateway = {"InternetGatewayId": "igw-1", "Attachments": [{"VpcId": "vpc-1"}]}
    _, aws = deleted(
        Resource(Kind.INTERNET_GATEWAY, "igw-1"),
        {
            "ec2.DescribeInternetGateways": {"InternetGateways": [gateway]},
            "ec2.DetachInternetGateway": {},
            "ec2.DeleteInternetGateway": {},
        },
    )

    assert aws.parameters_of("ec2.DetachInternetGateway")[0]["VpcId"] == "vpc-1"
