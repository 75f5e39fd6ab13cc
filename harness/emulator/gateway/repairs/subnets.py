"""Where a subnet is: asked of EC2."""

from collections.abc import Collection
from dataclasses import dataclass

from harness.emulator.gateway.aws import ApiError, AwsApi
from harness.emulator.gateway.tenant import Tenant

__all__ = ["Subnet", "find_subnets"]


@dataclass(frozen=True)
class Subnet:
    """A subnet's availability zone and VPC."""

    zone: str
    vpc: str


async def find_subnets(aws: AwsApi, tenant: Tenant, ids: Collection[str]) -> dict[str, Subnet]:
    """Return the subnets with some ids, by id; none if one of them does not exist."""
    if not ids:
        return {}
    try:
        found = await aws.call(tenant, "ec2", "DescribeSubnets", SubnetIds=sorted(set(ids)))
    except ApiError:
        return {}
    return {
        each["SubnetId"]: Subnet(zone=each["AvailabilityZone"], vpc=each["VpcId"])
        for each in found["Subnets"]
    }
