"""What there is in EC2: the network."""

from collections.abc import Iterator

from harness.checks.clients import Clients
from harness.checks.paging import pages
from harness.sweep.resource import Kind, Resource, as_tags

__all__ = ["network"]

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
