"""The network: a VPC over several availability zones, its subnets and routes."""

import ipaddress
from collections.abc import Sequence

from .bindings import (
    Fn,
    data_aws_availability_zones,
    default_security_group,
    eip,
    internet_gateway,
    nat_gateway,
    route,
    route_table,
    route_table_association,
    subnet,
    vpc,
)
from .part import ConfiguredStack, Part

ANYWHERE = "0.0.0.0/0"


class Network(Part):
    """A VPC with one public and one private subnet in each zone, and NAT for the private ones.

    The default security group has no rules, so that nothing is reachable by mistake.

    Attributes:
        public_subnet_ids: One subnet a zone, routed to the internet gateway.
        private_subnet_ids: One subnet a zone, routed to a NAT gateway.
        internet_route: Route of the public subnets; required before a load balancer.
        routes: Routes of the private subnets to the internet; required before tasks start.
    """

    def __init__(self, stack: ConfiguredStack) -> None:
        super().__init__(stack, "network")
        config = stack.config
        # Eight equal parts of the VPC's network.
        blocks = list(map(str, ipaddress.IPv4Network(config.vpc_cidr).subnets(prefixlen_diff=3)))
        self._vpc = vpc.Vpc(
            self,
            "vpc",
            cidr_block=config.vpc_cidr,
            enable_dns_support=True,
            enable_dns_hostnames=True,
            tags={"Name": config.vpc_name},
        )
        self.vpc_id = self._vpc.id
        default_security_group.DefaultSecurityGroup(self, "closed", vpc_id=self.vpc_id)
        self._zones = data_aws_availability_zones.DataAwsAvailabilityZones(
            self,
            "zones",
            state="available",
            filter=[
                data_aws_availability_zones.DataAwsAvailabilityZonesFilter(
                    name="opt-in-status", values=["opt-in-not-required"]
                )
            ],
        )
        public = self._subnets("public", blocks[: config.availability_zone_count])
        private = self._subnets("private", blocks[-config.availability_zone_count :])
        self.public_subnet_ids = [one.id for one in public]
        self.private_subnet_ids = [one.id for one in private]
        self.internet_route = self._route_to_internet(public)
        self.routes = self._route_through_nat(public, private)
        self._declare(
            vpc_id=self.vpc_id,
            public_subnet_ids=self.public_subnet_ids,
            private_subnet_ids=self.private_subnet_ids,
        )

    def _subnets(self, kind: str, blocks: Sequence[str]) -> list[subnet.Subnet]:
        return [
            subnet.Subnet(
                self,
                f"{kind}_{index}",
                vpc_id=self.vpc_id,
                cidr_block=block,
                availability_zone=Fn.element(self._zones.names, index),
                map_public_ip_on_launch=False,
                tags={"Name": f"{self._config.vpc_name}-{kind}-{index}"},
            )
            for index, block in enumerate(blocks)
        ]

    def _route_to_internet(self, public: Sequence[subnet.Subnet]) -> route.Route:
        gateway = internet_gateway.InternetGateway(
            self, "internet", vpc_id=self.vpc_id, tags={"Name": self._config.vpc_name}
        )
        table = self._table("public")
        self._associate("public", public, [table])
        return route.Route(
            self,
            "public_route",
            route_table_id=table.id,
            destination_cidr_block=ANYWHERE,
            gateway_id=gateway.id,
        )

    def _route_through_nat(
        self, public: Sequence[subnet.Subnet], private: Sequence[subnet.Subnet]
    ) -> list[route.Route]:
        count = self._config.nat_gateway_count
        gateways = [self._nat(index, one) for index, one in enumerate(public[:count])]
        self.dimensions = [{"NatGatewayId": gateway.id} for gateway in gateways]
        tables = [self._table(f"private_{index}") for index in range(len(gateways))]
        self._associate("private", private, tables)
        return [
            route.Route(
                self,
                f"private_route_{index}",
                route_table_id=table.id,
                destination_cidr_block=ANYWHERE,
                nat_gateway_id=gateway.id,
            )
            for index, (table, gateway) in enumerate(zip(tables, gateways, strict=True))
        ]

    def _nat(self, index: int, public: subnet.Subnet) -> nat_gateway.NatGateway:
        tags = {"Name": f"{self._config.vpc_name}-{index}"}
        address = eip.Eip(self, f"nat_address_{index}", domain="vpc", tags=tags)
        return nat_gateway.NatGateway(
            self,
            f"nat_{index}",
            allocation_id=address.id,
            subnet_id=public.id,
            tags=tags,
            depends_on=[self.internet_route],
        )

    def _table(self, kind: str) -> route_table.RouteTable:
        name = f"{self._config.vpc_name}-{kind.replace('_', '-')}"
        return route_table.RouteTable(
            self, f"{kind}_table", vpc_id=self.vpc_id, tags={"Name": name}
        )

    def _associate(
        self, kind: str, subnets: Sequence[subnet.Subnet], tables: Sequence[route_table.RouteTable]
    ) -> None:
        for index, one in enumerate(subnets):
            route_table_association.RouteTableAssociation(
                self,
                f"{kind}_association_{index}",
                subnet_id=one.id,
                route_table_id=tables[index % len(tables)].id,
            )
