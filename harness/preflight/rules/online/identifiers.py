"""Rules on identifiers that must exist in the target: CloudFront policies, zones."""

from harness.preflight.registry import Inspection, Problems, lookup_rule
from harness.preflight.rules.cloudfront.distribution import UUID, behaviors
from harness.preflight.rules.cloudfront.managed_policies import policy
from harness.preflight.target_lookup import TargetLookup

_OPERATIONS = {
    "cache_policy_id": ("get_cache_policy", "NoSuchCachePolicy"),
    "origin_request_policy_id": ("get_origin_request_policy", "NoSuchOriginRequestPolicy"),
    "response_headers_policy_id": ("get_response_headers_policy", "NoSuchResponseHeadersPolicy"),
}


@lookup_rule(
    "cloudfront/policy-not-found",
    errors=(
        "NoSuchCachePolicy: The specified cache policy does not exist.",
        "NoSuchOriginRequestPolicy: The specified origin request policy does not exist.",
        "NoSuchResponseHeadersPolicy: The specified response headers policy does not exist.",
    ),
    remedy="Use an id from CloudFront's list of managed policies, or reference a policy resource.",
    documentation="https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/"
    "using-managed-cache-policies.html",
)
def policy_not_found(inspection: Inspection, target: TargetLookup) -> Problems:
    """A policy id belongs neither to a managed policy nor to a policy of the account."""
    for distribution in inspection.configuration.resources("aws_cloudfront_distribution"):
        for name, behavior in behaviors(distribution):
            for variant, (argument, (operation, absent)) in enumerate(_OPERATIONS.items()):
                id_ = behavior.text(argument)
                if not id_ or policy(id_) is not None or not UUID.fullmatch(id_):
                    continue
                if target.find("cloudfront", operation, (absent,), Id=id_) is None:
                    text = f"{name}: {argument} {id_} does not exist"
                    yield distribution.problem(text, variant=variant)


@lookup_rule(
    "ec2/zone-not-available",
    errors="InvalidParameterValue: Value ({zone}) for parameter availabilityZone is invalid. "
    "Subnets can currently only be created in the following availability zones: ...",
    remedy="Use the zones of data.aws_availability_zones.",
    documentation="https://docs.aws.amazon.com/AWSEC2/latest/APIReference/"
    "API_DescribeAvailabilityZones.html",
)
def zone_not_available(inspection: Inspection, target: TargetLookup) -> Problems:
    """The availability zone does not exist in the target, or the account has no access to it."""
    named = [
        (subnet, zone)
        for subnet in inspection.configuration.resources("aws_subnet")
        if (zone := subnet.text("availability_zone")) and subnet.absent("provider")
    ]
    if not named:
        return
    zones = target.call("ec2", "describe_availability_zones")["AvailabilityZones"]
    available = {zone["ZoneName"] for zone in zones if zone.get("State") == "available"}
    for subnet, zone in named:
        if zone not in available and zone.startswith(target.region):
            text = f"zone {zone} is not among {', '.join(sorted(available))}"
            yield subnet.problem(text, zone=zone)
