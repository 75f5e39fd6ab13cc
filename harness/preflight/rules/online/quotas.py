"""Quotas of a real account, against what the configuration adds. Emulators have none."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from harness.preflight.finding import Family, Problem
from harness.preflight.registry import Inspection, Problems, lookup_rule
from harness.preflight.target_lookup import Cloud


@dataclass(frozen=True)
class _Quota:
    """One quota: code in Service Quotas, and how much of it is used.

    Attributes:
        service: Service code.
        code: Quota code.
        name: What is limited.
        used: Counts what the account has.
        error: Position of the expected message among the rule's.
        per_zone: Whether the quota is for each availability zone; certain to be exceeded only
            when there is more than that in all zones together.
    """

    service: str
    code: str
    name: str
    used: Callable[[Cloud], int]
    error: int
    per_zone: bool = False


def _count(service: str, operation: str, key: str) -> Callable[[Cloud], int]:
    def used(cloud: Cloud) -> int:
        return len(cloud.ask(service, operation)[key])

    return used


def _distributions(cloud: Cloud) -> int:
    listed: Mapping[str, Any] = cloud.ask("cloudfront", "list_distributions")["DistributionList"]
    return len(listed.get("Items", ()))


def _nat_gateways(cloud: Cloud) -> int:
    listed = cloud.ask("ec2", "describe_nat_gateways")["NatGateways"]
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


@lookup_rule(
    "account/quota-exceeded",
    Family.DEPLOY,
    says=(
        "VpcLimitExceeded: The maximum number of VPCs has been reached.",
        "AddressLimitExceeded: The maximum number of addresses has been reached.",
        "InternetGatewayLimitExceeded: The maximum number of internet gateways has been reached.",
        "TooManyLoadBalancers: ...",
        "TooManyDistributions: ...",
        "NatGatewayLimitExceeded: The maximum number of NAT Gateways has been reached.",
    ),
    remedy="Remove what is no longer used (catalog-harness destroy), or ask for a higher quota.",
    documentation="https://docs.aws.amazon.com/servicequotas/latest/userguide/intro.html",
)
def quota_exceeded(inspection: Inspection, cloud: Cloud) -> Problems:
    """The account would have more of something than its quota allows."""
    if not cloud.is_aws:
        return
    for kind, quota in _QUOTAS.items():
        new = [
            resource
            for resource in inspection.configuration.resources(kind)
            if resource.address not in inspection.configuration.existing and not resource.repeated
        ]
        if not new:
            continue
        limit = _limit(cloud, quota)
        used = quota.used(cloud)
        if used + len(new) > limit:
            text = f"{quota.name}: {used} in use, {len(new)} more wanted, quota {limit}"
            yield Problem(new[0].address, text, {}, quota.error)


def _limit(cloud: Cloud, quota: _Quota) -> int:
    answer = cloud.ask(
        "service-quotas", "get_service_quota", ServiceCode=quota.service, QuotaCode=quota.code
    )
    limit = int(answer["Quota"]["Value"])
    if not quota.per_zone:
        return limit
    return limit * len(cloud.ask("ec2", "describe_availability_zones")["AvailabilityZones"])
