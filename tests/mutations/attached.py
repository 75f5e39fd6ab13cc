"""Mutations that add something to a network, or change what hangs on it."""

from typing import Any

from harness.checks.framework.context import CheckContext
from tests.mutations.mutation import called, mutation, switched, vpc_of
from tests.mutations.network import of_vpc, private_table

_SECOND_HALF = "128.0.0.0/1"
_HTTPS: Any = {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443}


def _route_through_nat_gateway(context: CheckContext) -> Any:
    """Add a route through the NAT gateway of the default route."""
    ec2, table = context.clients.ec2, private_table(context)
    gateway = next(route["NatGatewayId"] for route in table["Routes"] if "NatGatewayId" in route)
    route: Any = {"RouteTableId": table["RouteTableId"], "DestinationCidrBlock": _SECOND_HALF}
    ec2.create_route(**route, NatGatewayId=gateway)
    return route


def _peer(context: CheckContext) -> Any:
    """Peer with a second VPC, and route a part of its addresses there."""
    ec2 = context.clients.ec2
    other = ec2.create_vpc(CidrBlock="10.222.0.0/16")["Vpc"]["VpcId"]
    peering = ec2.create_vpc_peering_connection(VpcId=vpc_of(context), PeerVpcId=other)[
        "VpcPeeringConnection"
    ]["VpcPeeringConnectionId"]
    ec2.accept_vpc_peering_connection(VpcPeeringConnectionId=peering)
    return other, peering


def _unpeer(context: CheckContext, made: Any) -> None:
    other, peering = made
    context.clients.ec2.delete_vpc_peering_connection(VpcPeeringConnectionId=peering)
    context.clients.ec2.delete_vpc(VpcId=other)


def _swap_table(context: CheckContext) -> Any:
    """Let a private subnet use the route table of the public ones."""
    ec2, private = context.clients.ec2, context.outputs.private_subnet_ids[0]
    public: Any = [
        {"Name": "association.subnet-id", "Values": [context.outputs.public_subnet_ids[0]]}
    ]
    [table] = ec2.describe_route_tables(Filters=public)["RouteTables"]
    [before] = [
        each["RouteTableAssociationId"]
        for each in private_table(context)["Associations"]
        if each.get("SubnetId") == private
    ]
    own = private_table(context)["RouteTableId"]
    after = ec2.replace_route_table_association(
        AssociationId=before, RouteTableId=table["RouteTableId"]
    )
    return after["NewAssociationId"], own


def _acl_entry(context: CheckContext, **entry: Any) -> Any:
    """Add an entry to the default network ACL; it denies traffic."""
    [acl] = context.clients.ec2.describe_network_acls(Filters=of_vpc(context))["NetworkAcls"]
    given: Any = {"NetworkAclId": acl["NetworkAclId"], "RuleNumber": 50}
    context.clients.ec2.create_network_acl_entry(
        **given, RuleAction="deny", CidrBlock="0.0.0.0/0", **entry
    )
    return {**given, "Egress": entry["Egress"]}


def _group(context: CheckContext) -> str:
    return context.outputs.service_security_group_id or ""


MUTATIONS = (
    mutation(
        "a route of the private subnets to half of all addresses, through the NAT gateway",
        "network/route-tables",
        _route_through_nat_gateway,
        lambda c, route: c.clients.ec2.delete_route(**route),
    ),
    mutation(
        "a private subnet with the route table of the public ones",
        "network/route-tables",
        _swap_table,
        lambda c, made: c.clients.ec2.replace_route_table_association(
            AssociationId=made[0], RouteTableId=made[1]
        ),
    ),
    called(
        "a route table too many",
        "network/route-tables tags/network",
        ("ec2.create_route_table", lambda c: {"VpcId": vpc_of(c)}),
        (
            "ec2.delete_route_table",
            lambda c, made: {"RouteTableId": made["RouteTable"]["RouteTableId"]},
        ),
    ),
    mutation("a peering connection", "network/vpc", _peer, _unpeer, quick=True),
    called(
        "a VPC endpoint",
        "network/vpc",
        (
            "ec2.create_vpc_endpoint",
            lambda c: {"VpcId": vpc_of(c), "ServiceName": "com.amazonaws.eu-north-1.s3"},
        ),
        ("ec2.delete_vpc_endpoints", lambda c, made: {"VpcEndpointIds": _endpoint(made)}),
    ),
    called(
        "a flow log",
        "network/vpc",
        (
            "ec2.create_flow_logs",
            lambda c: {
                "ResourceIds": [vpc_of(c)],
                "ResourceType": "VPC",
                "TrafficType": "ALL",
                "LogDestinationType": "s3",
                "LogDestination": "arn:aws:s3:::elsewhere",
            },
        ),
        ("ec2.delete_flow_logs", lambda c, made: {"FlowLogIds": made["FlowLogIds"]}),
    ),
    called(
        "an egress-only internet gateway",
        "network/vpc",
        ("ec2.create_egress_only_internet_gateway", lambda c: {"VpcId": vpc_of(c)}),
        (
            "ec2.delete_egress_only_internet_gateway",
            lambda c, made: {
                "EgressOnlyInternetGatewayId": made["EgressOnlyInternetGateway"][
                    "EgressOnlyInternetGatewayId"
                ]
            },
        ),
    ),
    switched(
        "no DNS in the VPC",
        "network/vpc",
        "ec2.modify_vpc_attribute",
        lambda c: {"VpcId": vpc_of(c)},
        ({"EnableDnsSupport": {"Value": False}}, {"EnableDnsSupport": {"Value": True}}),
    ),
    mutation(
        "PostgreSQL's port denied by the network ACL",
        "network/network-acls",
        lambda c: _acl_entry(c, Egress=False, Protocol="6", PortRange={"From": 5432, "To": 5432}),
        lambda c, entry: c.clients.ec2.delete_network_acl_entry(**entry),
    ),
    mutation(
        "outgoing UDP denied by the network ACL",
        "network/network-acls",
        lambda c: _acl_entry(c, Egress=True, Protocol="17", PortRange={"From": 53, "To": 53}),
        lambda c, entry: c.clients.ec2.delete_network_acl_entry(**entry),
    ),
    called(
        "any IPv6 address allowed to the tasks",
        "security-groups/rules",
        (
            "ec2.authorize_security_group_ingress",
            lambda c: {
                "GroupId": _group(c),
                "IpPermissions": [{**_HTTPS, "Ipv6Ranges": [{"CidrIpv6": "::/0"}]}],
            },
        ),
        (
            "ec2.revoke_security_group_ingress",
            lambda c, _: {
                "GroupId": _group(c),
                "IpPermissions": [{**_HTTPS, "Ipv6Ranges": [{"CidrIpv6": "::/0"}]}],
            },
        ),
    ),
    called(
        "one more security group in the VPC",
        "security-groups/rules tags/network",
        (
            "ec2.create_security_group",
            lambda c: {"GroupName": "mutation", "Description": "x", "VpcId": vpc_of(c)},
        ),
        ("ec2.delete_security_group", lambda c, made: {"GroupId": made["GroupId"]}),
    ),
)


def _endpoint(made: Any) -> list[str]:
    return [made["VpcEndpoint"]["VpcEndpointId"]]
