"""Removing a network, piece by piece."""

from typing import Any

from botocore.exceptions import ClientError

from harness.checks.clients import Clients
from harness.sweep.resource import Resource

__all__ = [
    "internet_gateway",
    "nat_gateway",
    "nat_gateway_remains",
    "network_interface",
    "revoke_references",
    "route_table",
    "vpc_endpoint",
]


def nat_gateway(clients: Clients, resource: Resource) -> None:
    """Delete a NAT gateway."""
    clients.ec2.delete_nat_gateway(NatGatewayId=resource.identifier)


def nat_gateway_remains(clients: Clients, resource: Resource) -> bool:
    """Whether it still holds its address; it stays listed as "deleted" for about an hour."""
    found = clients.ec2.describe_nat_gateways(NatGatewayIds=[resource.identifier])["NatGateways"]
    return any(nat["State"] != "deleted" for nat in found)


def vpc_endpoint(clients: Clients, resource: Resource) -> None:
    """Delete a VPC endpoint; a refusal comes in the answer, not as an error."""
    operation = "DeleteVpcEndpoints"
    answer = clients.ec2.delete_vpc_endpoints(VpcEndpointIds=[resource.identifier])
    for refused in answer.get("Unsuccessful", ()):
        error: Any = refused.get("Error", {})
        raise ClientError({"Error": error}, operation)


def network_interface(clients: Clients, resource: Resource) -> None:
    """Delete an interface, unless a service manages it: then that service does."""
    found = clients.ec2.describe_network_interfaces(NetworkInterfaceIds=[resource.identifier])
    if not any(each.get("RequesterManaged") for each in found["NetworkInterfaces"]):
        clients.ec2.delete_network_interface(NetworkInterfaceId=resource.identifier)


def route_table(clients: Clients, resource: Resource) -> None:
    """Take a route table from its subnets, and delete it."""
    ec2 = clients.ec2
    for table in ec2.describe_route_tables(RouteTableIds=[resource.identifier])["RouteTables"]:
        for association in table.get("Associations", ()):
            ec2.disassociate_route_table(AssociationId=association["RouteTableAssociationId"])
    ec2.delete_route_table(RouteTableId=resource.identifier)


def internet_gateway(clients: Clients, resource: Resource) -> None:
    """Detach an internet gateway, and delete it."""
    ec2, identifier = clients.ec2, resource.identifier
    answer = ec2.describe_internet_gateways(InternetGatewayIds=[identifier])
    for gateway in answer["InternetGateways"]:
        for attachment in gateway.get("Attachments", ()):
            ec2.detach_internet_gateway(InternetGatewayId=identifier, VpcId=attachment["VpcId"])
    ec2.delete_internet_gateway(InternetGatewayId=identifier)


def revoke_references(clients: Clients, resource: Resource) -> None:
    """Revoke a security group's rules about other groups, which could not be deleted else."""
    ec2: Any = clients.ec2
    for group in ec2.describe_security_groups(GroupIds=[resource.identifier])["SecurityGroups"]:
        for key, revoke in (
            ("IpPermissions", ec2.revoke_security_group_ingress),
            ("IpPermissionsEgress", ec2.revoke_security_group_egress),
        ):
            rules = [rule for rule in group.get(key, ()) if rule.get("UserIdGroupPairs")]
            if rules:
                revoke(GroupId=resource.identifier, IpPermissions=rules)
