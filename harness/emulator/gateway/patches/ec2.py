"""EC2: look-up of subnets, addresses of NAT gateways."""

import re
from collections.abc import Collection
from dataclasses import dataclass

from harness.emulator.gateway.aws import ApiError, AwsApi
from harness.emulator.gateway.caller import Caller
from harness.emulator.gateway.http import Response
from harness.emulator.gateway.patches.base import Call, CallNext, Patch

_NO_ADDRESS = "<natGatewayAddressSet/>"
_GATEWAY = re.compile(
    rf"<natGatewayId>(nat-\w+)</natGatewayId>((?:(?!<natGatewayId>).)*?){_NO_ADDRESS}", re.DOTALL
)


@dataclass(frozen=True)
class Subnet:
    """A subnet's availability zone and VPC."""

    zone: str
    vpc: str


async def find_subnets(aws: AwsApi, caller: Caller, ids: Collection[str]) -> dict[str, Subnet]:
    """Return subnets by id; none if one of them does not exist."""
    if not ids:
        return {}
    try:
        found = await aws.call(caller, "ec2", "DescribeSubnets", SubnetIds=sorted(set(ids)))
    except ApiError:
        return {}
    return {
        each["SubnetId"]: Subnet(zone=each["AvailabilityZone"], vpc=each["VpcId"])
        for each in found["Subnets"]
    }


class NatGatewayAddresses(Patch):
    """Adds the Elastic IP address to the description of a public NAT gateway."""

    ministack = "returns an empty natGatewayAddressSet"
    aws = "NatGatewayAddresses contains allocation id and public address"
    documentation = (
        "https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_NatGatewayAddress.html"
    )
    service = "ec2"
    operations = frozenset({"CreateNatGateway", "DescribeNatGateways"})

    def __init__(self, aws: AwsApi, allocations: dict[str, str]) -> None:
        self._aws = aws
        self._allocations = allocations

    async def handle(self, call: Call, call_next: CallNext) -> Response:
        """Store the allocation of a new gateway; complete descriptions."""
        response = await call_next(call)
        text = response.body.decode()
        gateways = _GATEWAY.findall(text)
        if call.operation == "CreateNatGateway" and gateways and "AllocationId" in call.form:
            self._allocations[gateways[0][0]] = call.form["AllocationId"]
        addresses = await self._addresses(call, [gateway for gateway, _ in gateways])
        completed = _GATEWAY.sub(
            lambda found: (
                f"<natGatewayId>{found[1]}</natGatewayId>{found[2]}"
                + addresses.get(found[1], _NO_ADDRESS)
            ),
            text,
        )
        return response.with_body(completed.encode())

    async def _addresses(self, call: Call, gateways: list[str]) -> dict[str, str]:
        described = await self._aws.call(call.caller, "ec2", "DescribeAddresses")
        public = {each["AllocationId"]: each["PublicIp"] for each in described["Addresses"]}
        allocated = {
            each: self._allocations[each] for each in gateways if each in self._allocations
        }
        return {
            gateway: _address(allocation, public[allocation])
            for gateway, allocation in allocated.items()
            if allocation in public
        }


def _address(allocation: str, public: str) -> str:
    return (
        f"<natGatewayAddressSet><item><allocationId>{allocation}</allocationId>"
        f"<publicIp>{public}</publicIp><isPrimary>true</isPrimary><status>succeeded</status>"
        "</item></natGatewayAddressSet>"
    )
