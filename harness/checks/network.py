"""The network: subnets in every zone, and their routes."""

from typing import TYPE_CHECKING

from harness.aws.capability import Capability
from harness.checks.framework.check import ServiceChecks, check, expect, expect_equal, one
from harness.checks.framework.expected import Tier

if TYPE_CHECKING:
    from mypy_boto3_ec2.type_defs import FilterTypeDef, RouteTableTypeDef, SubnetTypeDef

_ANYWHERE = "0.0.0.0/0"


class Network(ServiceChecks):
    """Checks of the VPC, its subnets and their routes."""

    service = "network"
    tier = Tier.NETWORK
    requires = (Capability.EC2,)

    @check("the VPC has one public and one private subnet in every zone")
    def subnets_in_every_zone(self) -> str:
        """Compare the VPC's network and the zones of its subnets."""
        stack, outputs = self.context.expected, self.context.outputs
        identifier = outputs.vpc_id or ""
        vpc = one(self.context.clients.ec2.describe_vpcs(VpcIds=[identifier])["Vpcs"], "VPC")
        expect_equal("CIDR block", vpc["CidrBlock"], stack.vpc_cidr)
        zones = {subnet["SubnetId"]: subnet["AvailabilityZone"] for subnet in self._subnets()}
        expected = {*outputs.public_subnet_ids, *outputs.private_subnet_ids}
        expect_equal("subnets of the VPC", set(zones), expected)
        for kind, identifiers in (
            ("public", outputs.public_subnet_ids),
            ("private", outputs.private_subnet_ids),
        ):
            used = {zones[subnet] for subnet in identifiers}
            count = stack.availability_zone_count
            expect(
                len(identifiers) == len(used) == count,
                f"{count} {kind} subnets in {count} zones",
                [zones[subnet] for subnet in identifiers],
            )
        return f"{stack.vpc_cidr} over {', '.join(sorted(set(zones.values())))}"

    @check("public subnets route to the internet gateway, private ones to NAT gateways")
    def default_routes(self) -> str:
        """Follow the default route of every subnet's route table."""
        routes = {}
        for table in self._route_tables():
            for association in table.get("Associations", ()):
                if "SubnetId" in association:
                    routes[association["SubnetId"]] = _default_route(table)
        outputs, gateways = self.context.outputs, self._nat_gateways()
        for subnet in outputs.public_subnet_ids:
            gateway = routes.get(subnet, "")
            expect(gateway.startswith("igw-"), f"an internet gateway for {subnet}", gateway)
        used = {routes.get(subnet, "") for subnet in outputs.private_subnet_ids}
        expect(used == set(gateways), f"private subnets behind NAT {sorted(gateways)}", used)
        return f"public by the internet gateway, private by {', '.join(sorted(gateways))}"

    @check("the NAT gateways are available, in public subnets, with Elastic IPs")
    def nat_gateways(self) -> str:
        """Compare each NAT gateway of the VPC that is not deleted, and its Elastic IP."""
        gateways, addresses = self._nat_gateways(), {}
        expect_equal(
            "number of NAT gateways", len(gateways), self.context.expected.nat_gateway_count
        )
        for name, (state, subnet, allocation) in gateways.items():
            expect_equal(f"state of {name}", state, "available")
            public = self.context.outputs.public_subnet_ids
            expect(subnet in public, f"{name} in a public subnet", subnet)
            addresses[name] = self._address(name, allocation)
        return ", ".join(f"{name} at {address}" for name, address in addresses.items())

    def _address(self, gateway: str, allocation: str) -> str:
        expect(bool(allocation), f"an Elastic IP of {gateway}", "none")
        response = self.context.clients.ec2.describe_addresses(AllocationIds=[allocation])
        return one(response["Addresses"], f"Elastic IP {allocation}")["PublicIp"]

    def _of_vpc(self) -> "list[FilterTypeDef]":
        return [{"Name": "vpc-id", "Values": [self.context.outputs.vpc_id or ""]}]

    def _subnets(self) -> "list[SubnetTypeDef]":
        return self.context.clients.ec2.describe_subnets(Filters=self._of_vpc())["Subnets"]

    def _route_tables(self) -> "list[RouteTableTypeDef]":
        return self.context.clients.ec2.describe_route_tables(Filters=self._of_vpc())["RouteTables"]

    def _nat_gateways(self) -> dict[str, tuple[str, str, str]]:
        """NAT gateway -> state, subnet, allocation of its address; without the deleted ones."""
        response = self.context.clients.ec2.describe_nat_gateways(Filters=self._of_vpc())
        return {
            gateway["NatGatewayId"]: (
                gateway["State"],
                gateway["SubnetId"],
                next((a.get("AllocationId", "") for a in gateway["NatGatewayAddresses"]), ""),
            )
            for gateway in response["NatGateways"]
            if gateway["State"] not in ("deleting", "deleted")
        }


def _default_route(table: "RouteTableTypeDef") -> str:
    for route in table["Routes"]:
        if route.get("DestinationCidrBlock") == _ANYWHERE:
            return route.get("GatewayId") or route.get("NatGatewayId") or "another gateway"
    return "no default route"
