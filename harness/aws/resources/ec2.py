"""EC2: the network."""

from collections.abc import Iterator
from functools import partial
from typing import Any

from botocore.exceptions import ClientError

from harness.aws.clients import Clients
from harness.aws.paging import pages
from harness.aws.resources.resource import (
    Item,
    Kind,
    Resource,
    ResourceType,
    by_one_call,
    type_of_noun,
)
from harness.aws.tags import as_tags

_NAT_SECONDS = 600.0
_in_vpc = partial(type_of_noun, within=lambda item: item.get("VpcId", ""))


def _addresses(clients: Clients) -> Iterator[Resource]:
    """Yield Elastic IPs; one of a NAT gateway is a part of it."""
    gateways = {
        address.get("AllocationId", ""): gateway["NatGatewayId"]
        for gateway in pages(clients.ec2, "describe_nat_gateways", "NatGateways")
        if gateway["State"] != "deleted"
        for address in gateway.get("NatGatewayAddresses", ())
    }
    for address in clients.ec2.describe_addresses()["Addresses"]:
        identifier = address["AllocationId"]
        tags = as_tags(address.get("Tags", ()))
        yield Resource(Kind.ELASTIC_IP, identifier, tags=tags, within=gateways.get(identifier, ""))


def _attached_vpc(gateway: Item) -> str:
    return next((each["VpcId"] for each in gateway.get("Attachments", ())), "")


def _is_main(table: Item) -> bool:
    return any(each.get("Main") for each in table.get("Associations", ()))


def _nat_gateway_remains(clients: Clients, resource: Resource) -> bool:
    """Whether it still holds its address."""
    found = clients.ec2.describe_nat_gateways(NatGatewayIds=[resource.identifier])["NatGateways"]
    return any(nat["State"] != "deleted" for nat in found)


def _delete_vpc_endpoint(clients: Clients, resource: Resource) -> None:
    """Delete a VPC endpoint; a refusal is in the response, not raised."""
    operation = "DeleteVpcEndpoints"
    answer = clients.ec2.delete_vpc_endpoints(VpcEndpointIds=[resource.identifier])
    for refused in answer.get("Unsuccessful", ()):
        error: Any = refused.get("Error", {})
        raise ClientError({"Error": error}, operation)


def _delete_network_interface(clients: Clients, resource: Resource) -> None:
    """Delete an interface unless a service manages it: that service deletes its own."""
    found = clients.ec2.describe_network_interfaces(NetworkInterfaceIds=[resource.identifier])
    if not any(each.get("RequesterManaged") for each in found["NetworkInterfaces"]):
        clients.ec2.delete_network_interface(NetworkInterfaceId=resource.identifier)


def _delete_route_table(clients: Clients, resource: Resource) -> None:
    """Disassociate a route table from its subnets, and delete it."""
    ec2 = clients.ec2
    for table in ec2.describe_route_tables(RouteTableIds=[resource.identifier])["RouteTables"]:
        for association in table.get("Associations", ()):
            ec2.disassociate_route_table(AssociationId=association["RouteTableAssociationId"])
    ec2.delete_route_table(RouteTableId=resource.identifier)


def _delete_internet_gateway(clients: Clients, resource: Resource) -> None:
    """Detach an internet gateway, and delete it."""
    ec2, identifier = clients.ec2, resource.identifier
    answer = ec2.describe_internet_gateways(InternetGatewayIds=[identifier])
    for gateway in answer["InternetGateways"]:
        for attachment in gateway.get("Attachments", ()):
            ec2.detach_internet_gateway(InternetGatewayId=identifier, VpcId=attachment["VpcId"])
    ec2.delete_internet_gateway(InternetGatewayId=identifier)


def _revoke_references(clients: Clients, resource: Resource) -> None:
    """Revoke a group's rules about other groups: a referenced group cannot be deleted."""
    ec2: Any = clients.ec2
    for group in ec2.describe_security_groups(GroupIds=[resource.identifier])["SecurityGroups"]:
        for key, revoke in (
            ("IpPermissions", ec2.revoke_security_group_ingress),
            ("IpPermissionsEgress", ec2.revoke_security_group_egress),
        ):
            rules = [rule for rule in group.get(key, ()) if rule.get("UserIdGroupPairs")]
            if rules:
                revoke(GroupId=resource.identifier, IpPermissions=rules)


# What AWS creates with a VPC and deletes with it is left out, and so is the default VPC:
# https://docs.aws.amazon.com/vpc/latest/userguide/delete-vpc.html
TYPES = (
    type_of_noun(Kind.VPC, "Vpc", "VpcId", unless=lambda vpc: vpc.get("IsDefault", False)),
    _in_vpc(
        *(Kind.SUBNET, "Subnet", "SubnetId"),
        unless=lambda subnet: subnet.get("DefaultForAz", False),
    ),
    _in_vpc(
        *(Kind.NETWORK_ACL, "NetworkAcl", "NetworkAclId"),
        unless=lambda acl: acl.get("IsDefault", False),
    ),
    type_of_noun(Kind.VOLUME, "Volume", "VolumeId"),
    _in_vpc(
        *(Kind.INTERNET_GATEWAY, "InternetGateway", "InternetGatewayId", _delete_internet_gateway),
        within=_attached_vpc,
    ),
    _in_vpc(Kind.VPC_ENDPOINT, "VpcEndpoint", "VpcEndpointId", _delete_vpc_endpoint),
    _in_vpc(
        *(Kind.ROUTE_TABLE, "RouteTable", "RouteTableId", _delete_route_table), unless=_is_main
    ),
    _in_vpc(
        *(Kind.SECURITY_GROUP, "SecurityGroup", "GroupId"),
        name=lambda group: group["GroupName"],
        unless=lambda group: group["GroupName"] == "default",
        begin=_revoke_references,
    ),
    _in_vpc(
        *(Kind.NETWORK_INTERFACE, "NetworkInterface", "NetworkInterfaceId"),
        _delete_network_interface,
        name=lambda interface: interface.get("Description", ""),
    ),
    # A deleted one stays listed for about an hour:
    # https://docs.aws.amazon.com/vpc/latest/userguide/nat-gateway-working-with.html
    _in_vpc(
        *(Kind.NAT_GATEWAY, "NatGateway", "NatGatewayId"),
        state=lambda gateway: gateway["State"],
        unless=lambda gateway: gateway["State"] == "deleted",
        remains=_nat_gateway_remains,
        seconds=_NAT_SECONDS,
    ),
    ResourceType(Kind.ELASTIC_IP, _addresses, by_one_call("release_address", "AllocationId")),
)
