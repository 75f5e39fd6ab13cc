"""The network."""

from collections.abc import Mapping

from harness.catalog.descriptions.described import Described


def _rule(direction: str, *, egress: bool) -> tuple[Described, ...]:
    """Rules have no identity but what they allow: one that is replaced is the same rule."""
    return (
        Described(
            "security group",
            {"referenced_security_group_id": "ReferencedGroupInfo.GroupId"},
            key="{security_group_id}",
            place=f"Rules[{direction} {{ip_protocol}} {{from_port}} {{to_port}} "
            "{cidr_ipv4} {referenced_security_group_id}].",
            without=("arn", "security_group_id", "security_group_rule_id"),
            fixed={"IsEgress": egress} if egress else {},
        ),
    )


_GROUP = Described(
    "security group",
    {"id": "GroupId", "name": "GroupName"},
    without=("arn", "revoke_rules_on_delete"),
)
TYPES: Mapping[str, tuple[Described, ...]] = {
    "aws_vpc": (
        Described(
            "VPC",
            {"id": "VpcId", "cidr_block": ("CidrBlock", "CidrBlockAssociationSet.CidrBlock")},
            without=(
                *("arn", "main_route_table_id", "default_route_table_id"),
                *("default_network_acl_id", "default_security_group_id"),
            ),
        ),
        Described(
            "route table",
            {"main_route_table_id": "RouteTableId", "id": "VpcId"},
            key="{main_route_table_id}",
            fixed={"Associations[main].Main": True},
            only=True,
        ),
    ),
    "aws_subnet": (
        Described(
            "subnet",
            {
                "id": "SubnetId",
                "arn": "SubnetArn",
                "private_dns_hostname_type_on_launch": "PrivateDnsNameOptionsOnLaunch.HostnameType",
            },
        ),
    ),
    "aws_internet_gateway": (
        Described(
            "internet gateway",
            {"id": "InternetGatewayId", "vpc_id": "Attachments.VpcId"},
            without=("arn",),
        ),
    ),
    "aws_eip": (
        Described(
            "Elastic IP",
            without=(
                *("arn", "vpc", "public_dns", "private_dns", "ptr_record"),
                *("association_id", "network_interface", "network_border_group", "private_ip"),
            ),
        ),
    ),
    "aws_nat_gateway": (
        Described(
            "NAT gateway",
            {
                "id": "NatGatewayId",
                "allocation_id": "NatGatewayAddresses.AllocationId",
                "public_ip": "NatGatewayAddresses.PublicIp",
            },
            without=("association_id", "network_interface_id", "private_ip"),
        ),
    ),
    "aws_route_table": (
        Described("route table", {"id": "RouteTableId"}, without=("arn", "route")),
    ),
    "aws_route": (
        Described(
            "route table",
            key="{route_table_id}",
            place="Routes[{destination_cidr_block}].",
            without=("route_table_id",),
        ),
    ),
    "aws_route_table_association": (
        Described(
            "route table",
            key="{route_table_id}",
            place="Associations[{subnet_id}].",
            without=("route_table_id",),
        ),
    ),
    "aws_security_group": (_GROUP,),
    "aws_default_security_group": (_GROUP,),
    "aws_vpc_security_group_ingress_rule": _rule("in", egress=False),
    "aws_vpc_security_group_egress_rule": _rule("out", egress=True),
}
