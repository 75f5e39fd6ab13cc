"""Whether a subnet has a way out."""

from collections.abc import Iterable

from harness.preflight.configuration import Block, Resource

EVERYWHERE = frozenset({"0.0.0.0/0", "::/0"})
"""The whole internet, in IPv4 and in IPv6."""

_TARGETS = (
    *("carrier_gateway_id", "core_network_arn", "egress_only_gateway_id", "gateway_id"),
    *("local_gateway_id", "nat_gateway_id", "network_interface_id", "transit_gateway_id"),
    *("vpc_endpoint_id", "vpc_peering_connection_id"),
)


def routes_out(subnet: Resource) -> frozenset[str] | None:
    """Return the arguments that the subnet's default routes point with; None when unsure.

    ``nat_gateway_id`` and ``gateway_id`` (an internet gateway) are the usual ones; empty means
    that nothing leads out of the network.
    """
    configuration = subnet.configuration
    if not configuration.all_certain("aws_route_table_association", "subnet_id", "aws_subnet"):
        return None
    links = configuration.referring("aws_route_table_association", "subnet_id", subnet)
    if not links:
        return _main_routes(subnet)
    table = links[0].follow("route_table_id", "aws_route_table")
    certain = configuration.all_certain("aws_route", "route_table_id", "aws_route_table")
    if table is None or table.repeated or not table.countable("route") or not certain:
        return None
    routes: list[Block] = [*table.blocks("route")]
    routes += configuration.referring("aws_route", "route_table_id", table)
    return _targets(routes)


def _main_routes(subnet: Resource) -> frozenset[str] | None:
    """Return what the VPC's main table leads to: nothing, unless the configuration changes it."""
    changed = subnet.configuration.resources(
        "aws_default_route_table", "aws_main_route_table_association"
    )
    created = subnet.follow("vpc_id", "aws_vpc")
    return frozenset() if created is not None and not changed else None


def _targets(routes: Iterable[Block]) -> frozenset[str] | None:
    targets: set[str] = set()
    for route in routes:
        names = ("destination_cidr_block", "cidr_block", "destination_ipv6_cidr_block")
        destinations = [route.text(name) for name in (*names, "ipv6_cidr_block")]
        if EVERYWHERE & {destination or "" for destination in destinations}:
            targets |= {name for name in _TARGETS if not route.absent(name)}
        elif not any(destinations):
            return None
    return frozenset(targets)
