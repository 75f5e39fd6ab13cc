"""What there is in EC2: the network."""

from collections.abc import Iterator
from typing import Any

from botocore.exceptions import ClientError

from harness.aws.clients import Clients
from harness.aws.paging import pages
from harness.aws.resources.resource import Kind, Resource
from harness.aws.tags import as_tags


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


_SIMPLE = (
    ("describe_subnets", "Subnets", Kind.SUBNET, "SubnetId"),
    ("describe_internet_gateways", "InternetGateways", Kind.INTERNET_GATEWAY, "InternetGatewayId"),
    ("describe_vpc_endpoints", "VpcEndpoints", Kind.VPC_ENDPOINT, "VpcEndpointId"),
    ("describe_vpcs", "Vpcs", Kind.VPC, "VpcId"),
)


def network(clients: Clients) -> Iterator[Resource]:
    """Yield what a VPC consists of; all of it has tags but the interfaces that services make."""
    ec2 = clients.ec2
    for operation, key, kind, identifier in _SIMPLE:
        for item in pages(ec2, operation, key):
            yield Resource(kind, item[identifier], tags=as_tags(item.get("Tags", ())))
    yield from _parts_of_vpcs(clients)
    for address in ec2.describe_addresses()["Addresses"]:
        tags = as_tags(address.get("Tags", ()))
        yield Resource(Kind.ELASTIC_IP, address["AllocationId"], tags=tags)
    for nat in pages(ec2, "describe_nat_gateways", "NatGateways"):
        if nat["State"] != "deleted":
            tags = as_tags(nat.get("Tags", ()))
            yield Resource(Kind.NAT_GATEWAY, nat["NatGatewayId"], tags=tags)


def _parts_of_vpcs(clients: Clients) -> Iterator[Resource]:
    """Yield what is in VPCs, but for what AWS makes and ends with each: main table, default group.

    https://docs.aws.amazon.com/vpc/latest/userguide/delete-vpc.html
    """
    for table in pages(clients.ec2, "describe_route_tables", "RouteTables"):
        if not any(each.get("Main") for each in table.get("Associations", ())):
            tags = as_tags(table.get("Tags", ()))
            yield Resource(Kind.ROUTE_TABLE, table["RouteTableId"], tags=tags)
    for group in pages(clients.ec2, "describe_security_groups", "SecurityGroups"):
        if group["GroupName"] != "default":
            tags = as_tags(group.get("Tags", ()))
            yield Resource(Kind.SECURITY_GROUP, group["GroupId"], group["GroupName"], tags)
    for interface in pages(clients.ec2, "describe_network_interfaces", "NetworkInterfaces"):
        yield Resource(
            Kind.NETWORK_INTERFACE,
            interface["NetworkInterfaceId"],
            interface.get("Description", ""),
            as_tags(interface.get("TagSet", ())),
            within=interface.get("VpcId", ""),
        )
