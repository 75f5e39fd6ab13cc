"""What only the target knows about its availability zones."""

from harness.preflight.finding import Family
from harness.preflight.registry import Inspection, Problems, lookup_rule
from harness.preflight.target_lookup import Cloud


@lookup_rule(
    "ec2/zone-not-available",
    Family.DEPLOY,
    says="InvalidParameterValue: Value ({zone}) for parameter availabilityZone is invalid. Subnets "
    "can currently only be created in the following availability zones: ...",
    remedy="Take the zones from data.aws_availability_zones.",
    documentation="https://docs.aws.amazon.com/AWSEC2/latest/APIReference/"
    "API_DescribeAvailabilityZones.html",
)
def zone_not_available(inspection: Inspection, cloud: Cloud) -> Problems:
    """The target has no such availability zone, or the account may not use it."""
    named = [
        (subnet, zone)
        for subnet in inspection.configuration.resources("aws_subnet")
        if (zone := subnet.text("availability_zone")) and subnet.absent("provider")
    ]
    if not named:
        return
    zones = cloud.ask("ec2", "describe_availability_zones")["AvailabilityZones"]
    available = {zone["ZoneName"] for zone in zones if zone.get("State") == "available"}
    for subnet, zone in named:
        if zone not in available and zone.startswith(cloud.region):
            text = f"zone {zone} is not among {', '.join(sorted(available))}"
            yield subnet.problem(text, zone=zone)
