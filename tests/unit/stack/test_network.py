import ipaddress
from itertools import combinations

import pytest

from tests.unit.stack.conftest import SUFFIX, Synth
from tests.unit.stack.template import Resource, Template


def subnets(template: Template, kind: str) -> list[Resource]:
    return [one for one in template.resources("aws_subnet") if f"-{kind}-" in one["tags"]["Name"]]


def table_of(template: Template, subnet: Resource) -> str:
    association = template.resource("aws_route_table_association", subnet_id=subnet.ref("id"))
    return str(association["route_table_id"])


@pytest.mark.parametrize("zones", [2, 3])
def test_each_zone_has_a_public_and_a_private_subnet(synth: Synth, zones: int) -> None:
    template = synth(availability_zone_count=zones, nat_gateway_count=zones - 1)
    for kind in ("public", "private"):
        found = [one["availability_zone"] for one in subnets(template, kind)]
        names = template.resource("data.aws_availability_zones").address
        assert found == [f"${{element({names}.names, {index})}}" for index in range(zones)]


def test_only_zones_that_every_account_has_are_used(template: Template) -> None:
    zones = template.resource("data.aws_availability_zones")
    assert zones["state"] == "available"
    assert zones["filter"] == [{"name": "opt-in-status", "values": ["opt-in-not-required"]}]


@pytest.mark.parametrize(
    ("variant", "cidr"), [("template", "10.0.0.0/16"), ("varied", "192.168.7.0/24")]
)
def test_subnets_lie_in_the_vpc_and_do_not_overlap(
    request: pytest.FixtureRequest, variant: str, cidr: str
) -> None:
    template: Template = request.getfixturevalue(variant)
    assert template.resource("aws_vpc")["cidr_block"] == cidr
    blocks = [ipaddress.IPv4Network(one["cidr_block"]) for one in template.resources("aws_subnet")]
    assert len(blocks) == 6
    assert all(block.subnet_of(ipaddress.IPv4Network(cidr)) for block in blocks)
    assert all(block.prefixlen <= 28 for block in blocks)
    assert not any(one.overlaps(other) for one, other in combinations(blocks, 2))


def test_name_tags_are_distinguishable_from_those_of_others(template: Template) -> None:
    kinds = ("aws_vpc", "aws_subnet", "aws_route_table", "aws_nat_gateway", "aws_eip")
    names = [one["tags"]["Name"] for kind in kinds for one in template.resources(kind)]
    assert sorted(names) == sorted(
        [
            f"catalog-{SUFFIX}",
            *(f"catalog-{SUFFIX}-public-{index}" for index in range(3)),
            *(f"catalog-{SUFFIX}-private-{index}" for index in range(3)),
            f"catalog-{SUFFIX}-public",
            f"catalog-{SUFFIX}-private-0",
            f"catalog-{SUFFIX}-0",
            f"catalog-{SUFFIX}-0",
        ]
    )


def test_the_vpc_resolves_names(template: Template) -> None:
    vpc = template.resource("aws_vpc")
    assert (vpc["enable_dns_support"], vpc["enable_dns_hostnames"]) == (True, True)


def test_public_subnets_reach_the_internet_and_assign_no_public_addresses(
    template: Template,
) -> None:
    gateway = template.resource("aws_internet_gateway")
    route = template.resource("aws_route", gateway_id=gateway.ref("id"))
    assert route["destination_cidr_block"] == "0.0.0.0/0"
    for subnet in subnets(template, "public"):
        assert table_of(template, subnet) == route["route_table_id"]
        assert subnet["map_public_ip_on_launch"] is False


def test_private_subnets_reach_it_through_the_nat_gateway(template: Template) -> None:
    gateway = template.resource("aws_nat_gateway")
    assert gateway["subnet_id"] == subnets(template, "public")[0].ref("id")
    assert gateway["allocation_id"] == template.resource("aws_eip", domain="vpc").ref("id")
    route = template.resource("aws_route", nat_gateway_id=gateway.ref("id"))
    assert route["destination_cidr_block"] == "0.0.0.0/0"
    for subnet in subnets(template, "private"):
        assert table_of(template, subnet) == route["route_table_id"]


def test_a_nat_gateway_depends_on_the_route_to_the_internet(template: Template) -> None:
    internet = template.resource("aws_internet_gateway").ref("id")
    public_route = template.resource("aws_route", gateway_id=internet)
    assert template.resource("aws_nat_gateway")["depends_on"] == [public_route.address]


def test_nat_gateways_of_each_zone_serve_their_zone(varied: Template) -> None:
    public, private = subnets(varied, "public"), subnets(varied, "private")
    for near, far in zip(public, private, strict=True):
        gateway = varied.resource("aws_nat_gateway", subnet_id=near.ref("id"))
        route = varied.resource("aws_route", nat_gateway_id=gateway.ref("id"))
        assert table_of(varied, far) == route["route_table_id"]


def test_two_nat_gateways_share_three_zones(synth: Synth) -> None:
    template = synth(nat_gateway_count=2)
    tables = [table_of(template, one) for one in subnets(template, "private")]
    assert tables[0] == tables[2] != tables[1]


def test_the_default_security_group_allows_nothing(template: Template) -> None:
    group = template.resource("aws_default_security_group")
    assert group.attributes == {"vpc_id": template.resource("aws_vpc").ref("id")}
