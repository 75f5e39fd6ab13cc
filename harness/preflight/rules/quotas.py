"""The rule on quotas of an account; targets without Service Quotas are skipped."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from harness.aws.capability import Capability
from harness.preflight.finding import Problem
from harness.preflight.registry import Inspection, Problems, lookup_rule
from harness.preflight.target_lookup import TargetLookup


@dataclass(frozen=True)
class _Quota:
    """One quota of Service Quotas.

    Attributes:
        service: Service code.
        name: Name of the quota, for messages.
        used: Returns the number of existing resources.
        error: Index of the error message among those of the rule.
        per_zone: Whether the quota applies per availability zone; then certainly exceeded only
            above the sum over all zones.
    """

    service: str
    code: str
    name: str
    used: Callable[[TargetLookup], int]
    error: int
    per_zone: bool = False


def _count(service: str, operation: str, key: str) -> Callable[[TargetLookup], int]:
    def used(target: TargetLookup) -> int:
        return len(target.call(service, operation)[key])

    return used


def _distributions(target: TargetLookup) -> int:
    listed: Mapping[str, Any] = target.call("cloudfront", "list_distributions")["DistributionList"]
    return len(listed.get("Items", ()))


def _nat_gateways(target: TargetLookup) -> int:
    listed = target.call("ec2", "describe_nat_gateways")["NatGateways"]
    return sum(gateway.get("State") in ("pending", "available") for gateway in listed)


_QUOTAS: Mapping[str, _Quota] = {
    "aws_vpc": _Quota(
        "vpc", "L-F678F1CE", "VPCs per region", _count("ec2", "describe_vpcs", "Vpcs"), 0
    ),
    "aws_eip": _Quota(
        "ec2", "L-0263D0A3", "Elastic IPs", _count("ec2", "describe_addresses", "Addresses"), 1
    ),
    "aws_internet_gateway": _Quota(
        *("vpc", "L-A4707A72", "internet gateways per region"),
        *(_count("ec2", "describe_internet_gateways", "InternetGateways"), 2),
    ),
    "aws_lb": _Quota(
        *("elasticloadbalancing", "L-53DA6B97", "application load balancers per region"),
        *(_count("elbv2", "describe_load_balancers", "LoadBalancers"), 3),
    ),
    "aws_cloudfront_distribution": _Quota(
        "cloudfront", "L-24B04930", "distributions per account", _distributions, 4
    ),
    "aws_nat_gateway": _Quota(
        *("vpc", "L-FE5A380F", "NAT gateways per availability zone", _nat_gateways, 5),
        per_zone=True,
    ),
}


@lookup_rule("account/quota-exceeded")
def quota_exceeded(inspection: Inspection, target: TargetLookup) -> Problems:
    """The deployment would exceed a quota of the account."""
    if Capability.SERVICE_QUOTAS in target.missing:
        return
    for kind, quota in _QUOTAS.items():
        new = [
            resource
            for resource in inspection.configuration.resources(kind)
            if resource.address not in inspection.configuration.existing and not resource.repeated
        ]
        if not new:
            continue
        limit = _limit(target, quota)
        used = quota.used(target)
        if used + len(new) > limit:
            text = f"{quota.name}: {used} in use, {len(new)} to create, quota {limit}"
            yield Problem(new[0].address, text, {}, quota.error)


def _limit(target: TargetLookup, quota: _Quota) -> int:
    response = target.call(
        "service-quotas", "get_service_quota", ServiceCode=quota.service, QuotaCode=quota.code
    )
    limit = int(response["Quota"]["Value"])
    if not quota.per_zone:
        return limit
    return limit * len(target.call("ec2", "describe_availability_zones")["AvailabilityZones"])
