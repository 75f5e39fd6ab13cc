"""EC2: look-up of subnets, addresses of NAT gateways."""

from collections.abc import Collection
from typing import Any

from harness.emulator.gateway.aws import ApiError, AwsApi
from harness.emulator.gateway.caller import Caller
from harness.emulator.gateway.patches.base import Call, ResultPatch


async def find_subnets(
    aws: AwsApi, caller: Caller, ids: Collection[str]
) -> dict[str, dict[str, Any]]:
    """Return subnets by id, as EC2 describes them; none if one of them does not exist."""
    if not ids:
        return {}
    try:
        found = await aws.call(caller, "ec2", "DescribeSubnets", SubnetIds=sorted(set(ids)))
    except ApiError:
        return {}
    return {each["SubnetId"]: each for each in found["Subnets"]}


class NatGatewayAddresses(ResultPatch):
    """Adds the Elastic IP address to the description of a public NAT gateway."""

    service = "ec2"
    operations = frozenset({"CreateNatGateway", "DescribeNatGateways"})

    def __init__(self, aws: AwsApi, allocations: dict[str, str]) -> None:
        self._aws = aws
        self._allocations = allocations

    async def _correct(self, call: Call, result: dict[str, Any]) -> None:
        created = [result["NatGateway"]] if "NatGateway" in result else []
        if created and "AllocationId" in call.form:
            self._allocations[created[0]["NatGatewayId"]] = call.form["AllocationId"]
        described = await self._aws.call(call.caller, "ec2", "DescribeAddresses")
        public = {each["AllocationId"]: each["PublicIp"] for each in described["Addresses"]}
        for gateway in result.get("NatGateways", created):
            allocation = self._allocations.get(gateway["NatGatewayId"], "")
            if allocation in public:
                address = {"AllocationId": allocation, "PublicIp": public[allocation]}
                gateway["NatGatewayAddresses"] = [
                    {**address, "IsPrimary": True, "Status": "succeeded"}
                ]
