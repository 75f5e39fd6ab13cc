from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from tests.component.harness.emulator.gateway.sample_resources import subnets


class Interfaces:
    """Two network interfaces; the first has a description, a tag and a security group."""

    def __init__(self, session: boto3.Session) -> None:
        self.ec2: Any = session.client("ec2")
        self.subnet, other = subnets(session, "ab")
        vpc = self.ec2.describe_subnets(SubnetIds=[self.subnet])["Subnets"][0]["VpcId"]
        self.group = self.ec2.create_security_group(GroupName="g", Description="d", VpcId=vpc)[
            "GroupId"
        ]
        self.first = self.ec2.create_network_interface(
            SubnetId=self.subnet, Description="ELB app/x/1", Groups=[self.group]
        )["NetworkInterface"]["NetworkInterfaceId"]
        self.ec2.create_tags(Resources=[self.first], Tags=[{"Key": "k", "Value": "v"}])
        self.ec2.create_network_interface(SubnetId=other, Description="else")

    def found(self, **filters: str) -> list[str]:
        given = [{"Name": name, "Values": [value]} for name, value in filters.items()]
        described = self.ec2.describe_network_interfaces(Filters=given)["NetworkInterfaces"]
        return [each["NetworkInterfaceId"] for each in described]


def test_ministack_still_ignores_the_filters(bare: boto3.Session) -> None:
    assert len(Interfaces(bare).found(**{"subnet-id": "subnet-0"})) == 2


def test_only_matching_interfaces_are_described(gateway: boto3.Session) -> None:
    interfaces = Interfaces(gateway)
    matching = {
        "subnet-id": interfaces.subnet,
        "network-interface-id": interfaces.first,
        "group-id": interfaces.group,
        "group-name": "g",
        "description": "ELB *",
        "tag-key": "k",
    }
    matching["tag:k"] = "?"

    for name, value in matching.items():
        assert interfaces.found(**{name: value}) == [interfaces.first], name
    assert interfaces.found(**matching) == [interfaces.first]
    assert len(interfaces.found(status="available", **{"source-dest-check": "true"})) == 2


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("attachment.instance-owner-id", "amazon-elb"),
        ("attachment.instance-id", "i-0"),
        ("addresses.private-ip-address", "192.0.2.1"),
        ("association.public-ip", "192.0.2.1"),
        ("description", "elb *"),
        ("tag:other", "v"),
        ("tag:k", "w"),
        ("requester-managed", "true"),
    ],
)
def test_a_filter_that_nothing_matches_returns_nothing(
    gateway: boto3.Session, name: str, value: str
) -> None:
    assert Interfaces(gateway).found(**{name: value}) == []


def test_an_unknown_filter_is_an_error(gateway: boto3.Session) -> None:
    with pytest.raises(ClientError, match="InvalidParameterValue"):
        Interfaces(gateway).found(colour="red")


def test_addresses_are_filtered_too(gateway: boto3.Session) -> None:
    ec2: Any = gateway.client("ec2")
    first, _ = (ec2.allocate_address(Domain="vpc")["AllocationId"] for _ in range(2))

    given = [{"Name": "allocation-id", "Values": [first]}]
    described = ec2.describe_addresses(Filters=given)["Addresses"]

    assert [each["AllocationId"] for each in described] == [first]
