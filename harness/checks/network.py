"""The network: the VPC, its subnets, gateways, exactly its routes and network ACL entries."""

import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from harness.aws.capability import Capability
from harness.aws.paging import pages
from harness.checks.framework.check import ServiceChecks, check, expect
from harness.checks.framework.description import named
from harness.checks.framework.expected import Tier

_TABLES = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
_LAST_RULE = 32767
_DESTINATIONS = ("DestinationCidrBlock", "DestinationIpv6CidrBlock", "DestinationPrefixListId")


class Network(ServiceChecks):
    """Checks of the VPC, its subnets and their routes."""

    service = "network"
    requires = (Tier.NETWORK, Capability.EC2)

    @check("the VPC is as configured, and nothing else is attached to it")
    def vpc(self) -> str:
        """Compare the VPC with its attributes and all that can be attached to a VPC."""
        ec2, vpc = self.context.clients.ec2, self.context.outputs.vpc_id or ""
        described: dict[str, Any] = {
            each["VpcId"]: each for each in ec2.describe_vpcs(VpcIds=[vpc])["Vpcs"]
        }
        described[vpc] = {**described[vpc], **self._attached()}
        for name in ("enableDnsSupport", "enableDnsHostnames"):
            attribute: Any = ec2.describe_vpc_attribute(VpcId=vpc, Attribute=name)
            key = name[0].upper() + name[1:]
            described[vpc] = {**described[vpc], key: attribute[key]["Value"]}
        return self.compare("VPC", described)

    @check("the subnets are exactly the configured ones, public and private in every zone")
    def subnets(self) -> str:
        """Compare every subnet of the VPC, and count the zones."""
        found = {each["SubnetId"]: each for each in self._of_vpc("describe_subnets", "Subnets")}
        evidence, outputs = self.compare("subnet", found), self.context.outputs
        count = self.context.expected.availability_zone_count
        for kind, identifiers in (
            ("public", outputs.public_subnet_ids),
            ("private", outputs.private_subnet_ids),
        ):
            zones = [found[subnet]["AvailabilityZone"] for subnet in identifiers]
            expect(len(zones) == len(set(zones)) == count, f"{count} zones, {kind} subnets", zones)
        return evidence

    @check("internet gateway, NAT gateways and Elastic IPs are exactly the configured ones")
    def gateways(self) -> str:
        """Compare each that is not deleted, with its attachments and addresses."""
        nats = {
            each["NatGatewayId"]: each
            for each in self._of_vpc("describe_nat_gateways", "NatGateways")
            if each["State"] not in ("deleting", "deleted")
        }
        addresses = {
            address["AllocationId"]: address
            for address in self.context.clients.ec2.describe_addresses()["Addresses"]
            if address["AllocationId"] in self.context.configured.get("Elastic IP", ())
        }
        attached = self._of_vpc(
            "describe_internet_gateways", "InternetGateways", by="attachment.vpc-id"
        )
        internet = {each["InternetGatewayId"]: each for each in attached}
        parts = (
            self.compare("internet gateway", internet),
            self.compare("NAT gateway", nats),
            self.compare("Elastic IP", addresses),
        )
        return "; ".join(parts)

    @check("the route tables have exactly the configured routes and subnets")
    def route_tables(self) -> str:
        """Compare every route and association of every table, also of the main one."""
        network = self.context.expected.vpc_cidr
        local = {
            "DestinationCidrBlock": network,
            "GatewayId": "local",
            "Origin": "CreateRouteTable",
            "State": "active",
        }
        tables = self._of_vpc("describe_route_tables", "RouteTables")
        described = {table["RouteTableId"]: _route_table(table) for table in tables}
        return self.compare("route table", described, fixed={f"Routes[{network}]": local})

    @check("the only network ACL is the VPC's default one, which allows everything")
    def network_acls(self) -> str:
        """Compare every entry of every network ACL of the VPC."""
        acls = [_network_acl(each) for each in self._of_vpc("describe_network_acls", "NetworkAcls")]
        expected = {"default": _network_acl(_TABLES["default-acl"])}
        names = ["default" if acl["IsDefault"] else acl["NetworkAclId"] for acl in acls]
        return self.compare("network ACL", dict(zip(names, acls, strict=True)), expected)

    def _attached(self) -> dict[str, Any]:
        ec2, vpc = self.context.clients.ec2, self.context.outputs.vpc_id or ""
        found: dict[str, Any] = {}
        for name, operations in _TABLES["attached"].items():
            found |= self.read(ec2, operations, Filters=[{"Name": name, "Values": [vpc]}])
        of_vpc = [{"Name": "resource-id", "Values": [vpc]}]
        found |= self.read(ec2, {"FlowLogs": "describe_flow_logs FlowLogs"}, Filter=of_vpc)
        attached = [
            {"Name": "attachment.vpc-id", "Values": [vpc]},
            {"Name": "attachment.state", "Values": ["attaching", "attached"]},
        ]
        found |= self.read(ec2, {"VpnGateways": "describe_vpn_gateways"}, Filters=attached)
        # These cannot be filtered by their VPC.
        key = f"EgressOnlyInternetGateways[?Attachments[?VpcId == '{vpc}']]"
        operation = f"describe_egress_only_internet_gateways {key}"
        return found | self.read(ec2, {"EgressOnlyInternetGateways": operation})

    def _of_vpc(self, operation: str, key: str, by: str = "vpc-id") -> Iterable[Any]:
        """Return what an operation describes in the VPC."""
        given = [{"Name": by, "Values": [self.context.outputs.vpc_id or ""]}]
        return pages(self.context.clients.ec2, operation, key, Filters=given)


def _route_table(table: Mapping[str, Any]) -> dict[str, Any]:
    """Name routes by their destination and associations by their subnet."""
    return {
        **table,
        "Routes": named(
            table["Routes"], lambda route: next(route[k] for k in _DESTINATIONS if k in route)
        ),
        "Associations": named(
            table.get("Associations", ()), lambda each: each.get("SubnetId", "main")
        ),
    }


def _network_acl(acl: Mapping[str, Any]) -> dict[str, Any]:
    """Name entries by direction and number."""
    return {
        **acl,
        "Entries": named(
            acl["Entries"], lambda e: f"{'out' if e['Egress'] else 'in'} {e['RuleNumber']}"
        ),
    }
